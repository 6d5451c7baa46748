#include "files/file_source.h"

#include <thread>
#include <utility>

#include "files/topic_name.h"

namespace sluice {

FileSource::FileSource(FileSourceSettings settings, std::shared_ptr<FileCheckpoint> checkpoint)
    : settings_(std::move(settings)), checkpoint_(std::move(checkpoint)) {}

Status FileSource::Open() {
  if (Status status = CheckTopicName(settings_.topic); !status.ok()) {
    return std::move(status).error().Wrap("file source");
  }
  if (checkpoint_ != nullptr) SLUICE_TRY(checkpoint_->Open());
  for (std::size_t i = 0; i < settings_.paths.size(); ++i) {
    const std::string& path = settings_.paths[i];
    const auto reader = LineReader::Open(path, settings_.max_line_bytes);
    if (!reader) return Error(reader.error()).Wrap("file source");
    if (checkpoint_ == nullptr) continue;
    SLUICE_TRY(checkpoint_->Bind(settings_.topic, static_cast<std::int32_t>(i), path));
  }
  return Rewind();
}

Status FileSource::Rewind() {
  Release();
  current_ = 0;
  reader_.reset();
  return settings_.paths.empty() ? Ok() : StartFile();
}

Status FileSource::StartFile() {
  const std::string& path = settings_.paths[current_];
  auto reader = LineReader::Open(path, settings_.max_line_bytes);
  if (!reader) return std::move(reader).error().Wrap("file source");
  reader_.emplace(std::move(reader).value());
  if (checkpoint_ == nullptr) return Ok();
  const std::int64_t done =
      checkpoint_->OffsetOf(settings_.topic, static_cast<std::int32_t>(current_));
  std::string_view line;
  while (reader_->lines() < done) {
    const auto more = reader_->Next(line);
    if (!more) return Error(more.error()).Wrap("file source");
    if (more.value()) continue;
    return Error{ErrorKind::kInvalidConfig,
                 "file source: " + path + " has " + std::to_string(reader_->lines()) +
                     " lines, but the checkpoint in " + checkpoint_->directory() +
                     " was made after line " + std::to_string(done) +
                     "; choose another output directory for another input"};
  }
  return Ok();
}

Status FileSource::Poll(const PollLimits& limits, std::vector<Record>& records) {
  const std::size_t first = records.size();
  std::size_t bytes = 0;
  while (!exhausted() && records.size() - first < limits.max_records && bytes < limits.max_bytes) {
    if (!reader_) SLUICE_TRY(StartFile());
    const auto more = TakeLine(records, bytes);
    if (!more) {
      // The reader stays where it is, and complains again on the next call.
      if (records.size() > first) return Ok();
      return Error(more.error()).Wrap("file source");
    }
    if (more.value()) continue;
    reader_.reset();
    ++current_;
  }
  return Ok();
}

Result<bool> FileSource::TakeLine(std::vector<Record>& records, std::size_t& bytes) {
  std::string_view line;
  const std::int64_t offset = reader_->lines();
  auto more = reader_->Next(line);
  if (!more || !more.value() || line.empty()) return more;
  const auto partition = static_cast<std::int32_t>(current_);
  const Position position{settings_.topic, partition, offset, Position::kNoIndex};
  records.push_back({position, lines_.Copy(line), 0});
  bytes += line.size();
  return true;
}

Status FileSource::Idle(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
  return Ok();
}

}  // namespace sluice
