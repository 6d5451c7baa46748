#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "files/checkpoint.h"
#include "files/posix_file.h"
#include "sluice/sink.h"

namespace sluice {

struct FileSinkSettings {
  std::string directory = {};
  std::vector<std::string> topics;  ///< By TopicId.
  /// CommitWith is used, not Commit. A directory is used in one way or the other, from its first
  /// start on: what was committed in the other way could not be told from what is new.
  bool keeps_checkpoint = true;
  /// Writes {"key":...,"headers":{...},"value":...} instead of the value alone.
  bool envelope = false;
  /// What MaxRecordBytes answers; by default what Kafka takes unless it is told otherwise.
  std::size_t max_record_bytes = 1'048'588;
};

/// One file per topic, `<directory>/<topic>.ndjson`, one record per line, each exactly once:
/// Commit and CommitWith sync the files and then store their lengths, with CommitWith the source's
/// checkpoint too, in `<directory>/.checkpoint`; Open cuts off what a crash left behind those
/// lengths. Lines that stood in a file before the first start stay.
///
/// A write that fails (the disk is full) is kUnavailable; Abort then restores the files, and if it
/// can't, so does the next Begin.
class FileSink final : public Sink {
 public:
  explicit FileSink(FileSinkSettings settings);

  /// kInvalidConfig: a topic's name can't be a file's, a file is shorter than the checkpoint says,
  /// or the directory was used in the other way (keeps_checkpoint).
  Status Open() override;
  [[nodiscard]] std::size_t MaxRecordBytes(TopicId /*topic*/) const override {
    return settings_.max_record_bytes;
  }
  Status Begin() override;
  Status Write(const Outbox& outbox) override;
  Status Commit() override;
  Status CommitWith(const SealedCheckpoint& checkpoint) override;
  Result<const SealedCheckpoint*> Stored() override;
  Status Abort() override;
  Status Replace() override { return Abort(); }
  /// Forgets what was begun.
  void Close() override;

 private:
  struct Output {
    std::string name;  ///< Of the file, in the directory.
    PosixFile file;
    std::uint64_t length = 0;  ///< Of the file, as far as this sink has written it.
    std::string buffer;        ///< Lines on their way there.
  };

  Status OpenOutputs();
  [[nodiscard]] Status CheckUse() const;
  Status OpenOutput(const std::string& topic, bool& is_new);
  static Status Flush(Output& output);

  FileSinkSettings settings_;
  FileCheckpoint checkpoint_;
  SealedCheckpoint given_;       ///< What Stored gave out.
  std::vector<Output> outputs_;  ///< By TopicId.
  bool dirty_ = false;           ///< Something may stand behind the checkpoint.
};

}  // namespace sluice
