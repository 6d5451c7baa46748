#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/checkpoint.h"
#include "files/line_reader.h"
#include "sluice/arena.h"
#include "sluice/source.h"

namespace sluice {

struct FileSourceSettings {
  std::vector<std::string> paths;
  std::string topic;  ///< The name under which the records appear.
  /// Where Commit writes how far it has come; empty: nowhere, and each Open begins at the start.
  std::string checkpoint = {};
  std::size_t max_line_bytes = std::size_t{64} << 20;
};

/// Files of one JSON document per line as the partitions of a topic: the partition is the file's
/// index, the offset its line (from 0). Empty lines are no records, but have their offset. The
/// files are read one after another, and may be gzip.
///
/// A sealed checkpoint names the files, because offsets mean nothing in another file.
class FileSource final : public Source {
 public:
  explicit FileSource(FileSourceSettings settings);

  /// kInvalidConfig: a file is missing or can't be read, or is not the one of the checkpoint.
  Status Open() override;
  /// kFatal: a file is damaged, or has a line longer than max_line_bytes; what stands before that
  /// is handed out first.
  Status Poll(const PollLimits& limits, std::vector<Record>& records) override;
  Status Idle(std::chrono::milliseconds time) override;
  void Release() override { lines_.Reset(); }
  /// kInvalidConfig: the checkpoint is of other files, or behind the end of one.
  Status Rewind(const SealedCheckpoint* stored) override;
  Status Commit(const Checkpoint& checkpoint) override;
  Result<SealedCheckpoint> Seal(const Checkpoint& checkpoint) override;
  void Committed(const Checkpoint& checkpoint) override;
  [[nodiscard]] std::vector<PartitionStatus> Partitions() const override;
  [[nodiscard]] bool exhausted() const override { return current_ >= settings_.paths.size(); }
  void Close() override { reader_.reset(); }

 private:
  /// Opens the current file and skips the lines that the checkpoint has done.
  Status StartFile();
  /// Which file each partition is, in lines: "input <topic> <partition> <path>".
  [[nodiscard]] std::string Inputs() const;
  Status TakeUp(const SealedCheckpoint& checkpoint);
  /// False at the end of the current file.
  Result<bool> TakeLine(std::vector<Record>& records, std::size_t& bytes);

  FileSourceSettings settings_;
  std::optional<FileCheckpoint> checkpoint_;
  /// Which file each partition is, those of earlier runs too.
  std::map<std::pair<std::string, std::int32_t>, std::string> inputs_;
  std::vector<std::int64_t> done_;  ///< Next offset of each file, as far as committed.
  Arena lines_{std::size_t{1} << 20};
  std::size_t current_ = 0;  ///< Index of the file being read.
  std::optional<LineReader> reader_;
};

}  // namespace sluice
