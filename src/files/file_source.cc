#include "files/file_source.h"

#include <sstream>
#include <thread>
#include <utility>

#include "files/topic_name.h"

namespace sluice {

FileSource::FileSource(FileSourceSettings settings)
    : settings_(std::move(settings)), done_(settings_.paths.size()) {
  for (std::size_t i = 0; i < settings_.paths.size(); ++i) {
    inputs_[{settings_.topic, static_cast<std::int32_t>(i)}] = settings_.paths[i];
  }
  if (!settings_.checkpoint.empty()) checkpoint_.emplace(settings_.checkpoint);
}

Status FileSource::Open() {
  if (Status status = CheckTopicName(settings_.topic); !status.ok()) {
    return std::move(status).error().Wrap("file source");
  }
  for (const std::string& path : settings_.paths) {
    if (path.find('\n') != std::string::npos) {
      return Error{ErrorKind::kInvalidConfig, "the path \"" + path + "\" holds a line break"};
    }
    const auto reader = LineReader::Open(path, settings_.max_line_bytes);
    if (!reader) return Error(reader.error()).Wrap("file source");
  }
  if (!checkpoint_) return Rewind(nullptr);
  SLUICE_TRY(checkpoint_->Open());
  if (checkpoint_->empty()) return Rewind(nullptr);
  const SealedCheckpoint stored = checkpoint_->sealed();
  return Rewind(&stored);
}

std::string FileSource::Inputs() const {
  std::string inputs;
  for (const auto& [partition, path] : inputs_) {
    inputs +=
        "input " + partition.first + " " + std::to_string(partition.second) + " " + path + "\n";
  }
  return inputs;
}

Status FileSource::TakeUp(const SealedCheckpoint& checkpoint) {
  std::istringstream lines(checkpoint.seal);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    std::string topic;
    std::int32_t partition = 0;
    std::string path;
    words >> kind >> topic >> partition;
    std::getline(words.ignore(1), path);
    const auto [known, fresh] = inputs_.try_emplace({topic, partition}, path);
    if (fresh || known->second == path) continue;
    return Error{ErrorKind::kInvalidConfig,
                 "file source: the checkpoint is of " + path + ", not of " + known->second +
                     "; choose another output directory, or move the old one away to start over"};
  }
  for (const NextOffset& next : checkpoint.offsets) {
    const auto index = static_cast<std::size_t>(next.partition);
    if (next.topic == settings_.topic && index < done_.size()) done_[index] = next.offset;
  }
  return Ok();
}

Status FileSource::Rewind(const SealedCheckpoint* stored) {
  Release();
  if (stored != nullptr) SLUICE_TRY(TakeUp(*stored));
  current_ = 0;
  reader_.reset();
  return settings_.paths.empty() ? Ok() : StartFile();
}

Result<SealedCheckpoint> FileSource::Seal(const Checkpoint& checkpoint) {
  return SealedCheckpoint{checkpoint, Inputs()};
}

Status FileSource::Commit(const Checkpoint& checkpoint) {
  if (checkpoint_) {
    checkpoint_->Advance({checkpoint, Inputs()});
    if (Status stored = checkpoint_->Store(); !stored.ok()) {
      return std::move(stored).error().Wrap("file source");
    }
  }
  Committed(checkpoint);
  return Ok();
}

void FileSource::Committed(const Checkpoint& checkpoint) {
  for (const NextOffset& next : checkpoint) {
    done_[static_cast<std::size_t>(next.partition)] = next.offset;
  }
}

std::vector<PartitionStatus> FileSource::Partitions() const {
  std::vector<PartitionStatus> statuses;
  for (std::size_t i = 0; i < done_.size(); ++i) {
    statuses.push_back({.topic = settings_.topic,
                        .partition = static_cast<std::int32_t>(i),
                        .committed = done_[i]});
  }
  return statuses;
}

Status FileSource::StartFile() {
  const std::string& path = settings_.paths[current_];
  auto reader = LineReader::Open(path, settings_.max_line_bytes);
  if (!reader) return std::move(reader).error().Wrap("file source");
  reader_.emplace(std::move(reader).value());
  const std::int64_t done = done_[current_];
  std::string_view line;
  while (reader_->lines() < done) {
    const auto more = reader_->Next(line);
    if (!more) return Error(more.error()).Wrap("file source");
    if (more.value()) continue;
    return Error{ErrorKind::kInvalidConfig,
                 "file source: " + path + " has " + std::to_string(reader_->lines()) +
                     " lines, but the checkpoint was made after line " + std::to_string(done) +
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
