#include "files/file_sink.h"

#include <utility>

#include "files/record_line.h"
#include "files/topic_name.h"

namespace sluice {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

}  // namespace

FileSink::FileSink(FileSinkSettings settings)
    : settings_(std::move(settings)), checkpoint_(settings_.directory + "/.checkpoint") {}

Status FileSink::Open() {
  outputs_.clear();
  Status status = OpenOutputs();
  if (status.ok()) return status;
  outputs_.clear();
  return std::move(status).error().Wrap("file sink");
}

Status FileSink::OpenOutputs() {
  SLUICE_TRY(checkpoint_.Open());
  SLUICE_TRY(checkpoint_.Reload());
  SLUICE_TRY(CheckUse());
  checkpoint_.SetAlone(!settings_.keeps_checkpoint);
  bool any_new = false;
  for (const std::string& topic : settings_.topics) SLUICE_TRY(OpenOutput(topic, any_new));
  // From now on whatever stands behind these lengths is known to be ours.
  if (any_new) SLUICE_TRY(checkpoint_.Store());
  dirty_ = false;
  return Ok();
}

Status FileSink::CheckUse() const {
  const std::string start = "; use another output directory, or move this one away to start over";
  if (settings_.keeps_checkpoint && checkpoint_.alone()) {
    return Error{ErrorKind::kInvalidConfig,
                 settings_.directory +
                     " holds the outputs of a source that kept its progress "
                     "itself, so that where to go on is not known" +
                     start};
  }
  if (!settings_.keeps_checkpoint && !checkpoint_.empty()) {
    return Error{ErrorKind::kInvalidConfig,
                 settings_.directory +
                     " keeps the progress of a source of files, and this source "
                     "keeps its own" +
                     start};
  }
  return Ok();
}

Status FileSink::OpenOutput(const std::string& topic, bool& is_new) {
  SLUICE_TRY(CheckTopicName(topic));
  Output& output = outputs_.emplace_back();
  output.name = topic + ".ndjson";
  auto file = PosixFile::OpenForAppend(settings_.directory + "/" + output.name);
  if (!file) return std::move(file).error();
  output.file = std::move(file).value();
  const auto size = output.file.Size();
  if (!size) return size.error();
  const auto committed = checkpoint_.LengthOf(output.name);
  if (!committed) is_new = true;
  output.length = committed.value_or(size.value());
  if (size.value() < output.length) {
    return Error{ErrorKind::kInvalidConfig,
                 settings_.directory + "/" + output.name + " has " + std::to_string(size.value()) +
                     " bytes, but " + std::to_string(output.length) +
                     " were committed; restore it, or move the directory away to start over"};
  }
  checkpoint_.SetLength(output.name, output.length);
  if (size.value() == output.length) return Ok();
  return output.file.Truncate(output.length);
}

Status FileSink::Begin() { return dirty_ ? Abort() : Ok(); }

Status FileSink::Write(const Outbox& outbox) {
  dirty_ = true;
  for (const OutputRecord& record : outbox.records()) {
    Output& output = outputs_[record.topic];
    if (settings_.envelope) {
      AppendEnvelopeLine(output.buffer, record);
    } else {
      AppendValueLine(output.buffer, record);
    }
    if (output.buffer.size() >= kBuffer) SLUICE_TRY(Flush(output));
  }
  return Ok();
}

Status FileSink::Flush(Output& output) {
  SLUICE_TRY(output.file.Append(output.buffer));
  output.length += output.buffer.size();
  output.buffer.clear();
  return Ok();
}

Status FileSink::CommitWith(const SealedCheckpoint& checkpoint) {
  dirty_ = true;
  checkpoint_.Advance(checkpoint);
  return Commit();
}

Result<const SealedCheckpoint*> FileSink::Stored() {
  if (dirty_) SLUICE_TRY(Abort());
  if (checkpoint_.empty()) return nullptr;
  given_ = checkpoint_.sealed();
  return &given_;
}

Status FileSink::Commit() {
  dirty_ = true;
  for (Output& output : outputs_) {
    SLUICE_TRY(Flush(output));
    if (checkpoint_.LengthOf(output.name) == output.length) continue;
    SLUICE_TRY(output.file.Sync());
    checkpoint_.SetLength(output.name, output.length);
  }
  SLUICE_TRY(checkpoint_.Store());
  dirty_ = false;
  return Ok();
}

Status FileSink::Abort() {
  for (Output& output : outputs_) output.buffer.clear();
  if (!dirty_) return Ok();
  SLUICE_TRY(checkpoint_.Reload());
  for (Output& output : outputs_) {
    output.length = checkpoint_.LengthOf(output.name).value_or(0);
    SLUICE_TRY(output.file.Truncate(output.length));
  }
  dirty_ = false;
  return Ok();
}

void FileSink::Close() {
  if (dirty_) static_cast<void>(Abort());  // Open does the same where this fails.
  outputs_.clear();
}

}  // namespace sluice
