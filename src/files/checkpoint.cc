#include "files/checkpoint.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace sluice {
namespace {

constexpr std::string_view kFirstLine = "sluice checkpoint 1";
constexpr std::string_view kLastLine = "end";
constexpr std::string_view kAlone = "alone";

std::string_view TakeWord(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return word;
}

template <typename Integer>
bool ParseNumber(std::string_view text, Integer& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

}  // namespace

std::string FileCheckpoint::Directory() const {
  const std::string parent = std::filesystem::path(path_).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status FileCheckpoint::Open() {
  if (lock_.is_open()) return Ok();
  SLUICE_TRY(CreateDirectories(Directory()));
  auto lock = PosixFile::OpenForAppend(path_ + ".lock");
  if (!lock) return std::move(lock).error();
  SLUICE_TRY(lock.value().Lock());
  SLUICE_TRY(Reload());
  lock_ = std::move(lock).value();
  return Ok();
}

Status FileCheckpoint::Reload() {
  std::error_code error;
  const bool there = std::filesystem::exists(path_, error);
  if (error) return Error{ErrorKind::kUnavailable, "can't read " + path_ + ": " + error.message()};
  if (!there && stored_) {
    return Error{ErrorKind::kUnavailable,
                 path_ + " is gone, though it was written before: restore it"};
  }
  if (there && !std::filesystem::is_regular_file(path_, error)) {
    return Error{ErrorKind::kInvalidConfig, path_ + " is not a file: name one for the checkpoint"};
  }
  offsets_.clear();
  seal_.clear();
  alone_ = false;
  lengths_.clear();
  if (!there) return Ok();
  stored_ = true;
  const auto size = std::filesystem::file_size(path_, error);
  std::string text(error ? 0 : static_cast<std::size_t>(size), '\0');
  std::ifstream file(path_, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (error || !file) return Error{ErrorKind::kUnavailable, "can't read " + path_};
  return Parse(text);
}

Status FileCheckpoint::Parse(std::string_view text) {
  int number = 0;
  bool ended = false;
  while (!text.empty()) {
    const std::string_view line = TakeWord(text, '\n');
    const bool good = ++number == 1 ? line == kFirstLine : !ended && ParseLine(line);
    if (!good) {
      return Error{ErrorKind::kInvalidConfig, path_ + ":" + std::to_string(number) +
                                                  ": not a line of a checkpoint; to start over, "
                                                  "move the directory away"};
    }
    ended = line == kLastLine;
  }
  if (ended) return Ok();
  return Error{ErrorKind::kInvalidConfig,
               path_ + " is cut off; to start over, move the directory away"};
}

bool FileCheckpoint::ParseLine(std::string_view line) {
  if (line == kLastLine) return true;
  if (line == kAlone) return alone_ = true;
  const std::string_view kind = TakeWord(line, ' ');
  if (kind == "length") {
    std::uint64_t length = 0;
    if (!ParseNumber(TakeWord(line, ' '), length) || line.empty()) return false;
    lengths_[std::string(line)] = length;
    return true;
  }
  if (kind == "input") {
    seal_.append("input ").append(line) += '\n';
    return true;
  }
  std::int32_t partition = 0;
  std::string topic(TakeWord(line, ' '));
  if (!ParseNumber(TakeWord(line, ' '), partition)) return false;
  return kind == "next" && ParseNumber(line, offsets_[{std::move(topic), partition}]);
}

std::string FileCheckpoint::Text() const {
  std::string text(kFirstLine);
  text += '\n';
  text += seal_;
  if (alone_) text.append(kAlone) += '\n';
  for (const auto& [partition, offset] : offsets_) {
    text += "next " + partition.first + " " + std::to_string(partition.second) + " " +
            std::to_string(offset) + "\n";
  }
  for (const auto& [file, length] : lengths_) {
    text += "length " + std::to_string(length) + " " + file + "\n";
  }
  text += kLastLine;
  text += '\n';
  return text;
}

Status FileCheckpoint::Store() {
  const std::string draft = path_ + ".new";
  auto file = PosixFile::OpenEmpty(draft);
  if (!file) return std::move(file).error();
  SLUICE_TRY(file.value().Append(Text()));
  SLUICE_TRY(file.value().Sync());
  file.value().Close();
  if (std::rename(draft.c_str(), path_.c_str()) != 0) {
    return Error{ErrorKind::kUnavailable, "can't rename " + draft + " to " + path_ + ": " +
                                              std::generic_category().message(errno)};
  }
  stored_ = true;
  return SyncDirectory(Directory());
}

SealedCheckpoint FileCheckpoint::sealed() const {
  SealedCheckpoint sealed;
  for (const auto& [partition, offset] : offsets_) {
    sealed.offsets.push_back({partition.first, partition.second, offset});
  }
  sealed.seal = seal_;
  return sealed;
}

void FileCheckpoint::Advance(const SealedCheckpoint& checkpoint) {
  for (const NextOffset& next : checkpoint.offsets) {
    offsets_[{std::string(next.topic), next.partition}] = next.offset;
  }
  seal_ = checkpoint.seal;
}

std::optional<std::uint64_t> FileCheckpoint::LengthOf(const std::string& file) const {
  const auto found = lengths_.find(file);
  if (found == lengths_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice
