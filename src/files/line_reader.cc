#include "files/line_reader.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "files/text_form.h"
#include "util/place.h"

namespace sluice {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;

constexpr const char* kStandardInput = "-";

gzFile Handle(void* file) { return static_cast<gzFile>(file); }

}  // namespace

void LineReader::Close::operator()(void* file) const { gzclose_r(Handle(file)); }

LineReader::LineReader(std::string path, std::size_t max_line, void* file)
    : path_(std::move(path)), max_line_(max_line), file_(file) {}

Result<LineReader> LineReader::Open(std::string path, std::size_t max_line) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorKind::kInvalidConfig, "can't read " + PlaceOf(path) + ": " + why};
  };
  if (path == kStandardInput) return OpenStandardInput(max_line);
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::none &&
      type != std::filesystem::file_type::not_found) {
    return refuse("it is no regular file, which could be read again after a crash");
  }
  errno = 0;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return refuse(std::generic_category().message(errno));
  return Begin(LineReader(std::move(path), max_line, file));
}

Result<LineReader> LineReader::OpenStandardInput(std::size_t max_line) {
  gzFile file = gzdopen(dup(STDIN_FILENO), "rb");
  if (file == nullptr) return Error{ErrorKind::kInvalidConfig, "can't read the standard input"};
  return Begin(LineReader("standard input", max_line, file));
}

/// Looks at what stands first. Damage is told when the lines are read.
Result<LineReader> LineReader::Begin(LineReader reader) {
  gzbuffer(Handle(reader.file_.get()), static_cast<unsigned>(kBlock / 2));
  static_cast<void>(reader.Fill());
  const std::string fault = FaultOfText({reader.buffer_.data(), reader.end_});
  if (fault.empty()) return reader;
  return Error{
      ErrorKind::kInvalidConfig,
      reader.path_ + " " + fault + "; it must be text of one record a line, plain or gzip"};
}

Error LineReader::Complain(ErrorKind kind, const std::string& what) const {
  return {kind, path_ + ":" + std::to_string(lines_ + 1) + ": " + what};
}

Result<bool> LineReader::Next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const char* start = buffer_.data() + begin_;
    const std::size_t held = end_ - begin_;
    const void* found =
        held == searched ? nullptr : std::memchr(start + searched, '\n', held - searched);
    const std::size_t size =
        found == nullptr ? held : static_cast<std::size_t>(static_cast<const char*>(found) - start);
    if (size > max_line_) {
      return Complain(ErrorKind::kFatal, "the line is longer than " + std::to_string(max_line_) +
                                             " bytes; is this newline-delimited JSON?");
    }
    if (found == nullptr && !at_end_) {
      searched = held;
      SLUICE_TRY(Fill());
      continue;
    }
    if (found == nullptr && held == 0) return false;
    begin_ += size + (found == nullptr ? 0 : 1);
    line = std::string_view(start, size);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++lines_;
    return true;
  }
}

Status LineReader::Fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kBlock) buffer_.resize(std::max(end_ + kBlock, 2 * end_));
  errno = 0;
  const int size =
      gzread(Handle(file_.get()), buffer_.data() + end_, static_cast<unsigned>(kBlock));
  if (size > 0) {
    end_ += static_cast<std::size_t>(size);
    return Ok();
  }
  int code = Z_OK;
  const char* reason = gzerror(Handle(file_.get()), &code);
  if (code == Z_ERRNO) {
    return Complain(ErrorKind::kUnavailable,
                    "reading failed: " + std::generic_category().message(errno));
  }
  if (code == Z_BUF_ERROR) return Complain(ErrorKind::kFatal, "the gzip data is cut off");
  if (size < 0) return Complain(ErrorKind::kFatal, std::string("broken gzip data: ") + reason);
  at_end_ = true;
  return Ok();
}

}  // namespace sluice
