#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "files/posix_file.h"
#include "sluice/record.h"
#include "sluice/result.h"

namespace sluice {

/// What a directory of output files holds for certain: how far the input was read, and how long
/// each output file was then. Shared by a worker's FileSource and FileSink; one thread.
///
/// It is the file `<directory>/.checkpoint`, replaced as a whole, so that after a crash the old or
/// the new one is there. A second worker or process on the same directory is refused.
class FileCheckpoint {
 public:
  explicit FileCheckpoint(std::string directory) : directory_(std::move(directory)) {}

  /// Creates and locks the directory and reads the checkpoint, if there is one; once done,
  /// further calls do nothing. kInvalidConfig: it is locked or damaged. kUnavailable: the disk.
  Status Open();
  /// Reads it again: what is on the disk counts where Store has failed.
  Status Reload();
  /// Writes it; on an error the old or the new one is there.
  Status Store();

  [[nodiscard]] const std::string& directory() const { return directory_; }

  /// The next offset to read; 0 at the first start.
  [[nodiscard]] std::int64_t OffsetOf(std::string_view topic, std::int32_t partition) const;
  void Advance(const Checkpoint& offsets);

  /// nullopt if the file is not known yet.
  [[nodiscard]] std::optional<std::uint64_t> LengthOf(const std::string& file) const;
  void SetLength(const std::string& file, std::uint64_t length) { lengths_[file] = length; }

  /// Notes which file a partition is, because its offsets mean nothing in another one.
  /// kInvalidConfig if the checkpoint was made with another file.
  Status Bind(std::string_view topic, std::int32_t partition, const std::string& path);

 private:
  using Partition = std::pair<std::string, std::int32_t>;

  [[nodiscard]] std::string path() const { return directory_ + "/.checkpoint"; }
  [[nodiscard]] std::string Text() const;
  Status Parse(std::string_view text);
  bool ParseLine(std::string_view line);

  std::string directory_;
  PosixFile lock_;
  std::map<Partition, std::int64_t> offsets_;
  std::map<Partition, std::string> inputs_;
  std::map<std::string, std::uint64_t> lengths_;
};

}  // namespace sluice
