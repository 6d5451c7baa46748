#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/checkpoint.h"
#include "files/line_reader.h"
#include "sluice/arena.h"
#include "sluice/source.h"

namespace sluice {

struct FileSourceSettings {
  std::vector<std::string> paths;
  std::string topic;  ///< The name under which the records appear.
  std::size_t max_line_bytes = std::size_t{64} << 20;
};

/// Files of one JSON document per line as the partitions of a topic: the partition is the file's
/// index, the offset its line (from 0). Empty lines are no records, but have their offset. The
/// files are read one after another, and may be gzip.
class FileSource final : public Source {
 public:
  /// `checkpoint` is that of the sink; nullptr: always from the start.
  FileSource(FileSourceSettings settings, std::shared_ptr<FileCheckpoint> checkpoint);

  /// kInvalidConfig: a file is missing or can't be read, or is not the one of the checkpoint.
  Status Open() override;
  /// kFatal: a file is damaged, or has a line longer than max_line_bytes; what stands before that
  /// is handed out first.
  Status Poll(const PollLimits& limits, std::vector<Record>& records) override;
  Status Idle(std::chrono::milliseconds time) override;
  void Release() override { lines_.Reset(); }
  Status Rewind() override;
  [[nodiscard]] bool exhausted() const override { return current_ >= settings_.paths.size(); }
  void Close() override { reader_.reset(); }

 private:
  /// Opens the current file and skips the lines that the checkpoint has done.
  Status StartFile();
  /// False at the end of the current file.
  Result<bool> TakeLine(std::vector<Record>& records, std::size_t& bytes);

  FileSourceSettings settings_;
  std::shared_ptr<FileCheckpoint> checkpoint_;
  Arena lines_{std::size_t{1} << 20};
  std::size_t current_ = 0;  ///< Index of the file being read.
  std::optional<LineReader> reader_;
};

}  // namespace sluice
