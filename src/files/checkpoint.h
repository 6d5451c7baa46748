#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "files/posix_file.h"
#include "sluice/checkpoint.h"
#include "sluice/result.h"

namespace sluice {

/// A checkpoint in a file: how far the input was read, what the source says of it (its seal), and,
/// of a sink, how long each output file was then. One thread.
///
/// The file is replaced as a whole, so that after a crash the old or the new one is there. A second
/// worker or process with the same file is refused.
class FileCheckpoint {
 public:
  explicit FileCheckpoint(std::string path) : path_(std::move(path)) {}

  /// Creates the directory, locks `<path>.lock` and reads the file, if there is one; once done,
  /// further calls do nothing. kInvalidConfig: it is locked, damaged or no file. kUnavailable: the
  /// disk.
  Status Open();
  /// Reads it again: what is on the disk counts where Store has failed. kUnavailable also where the
  /// file is gone although it was stored or read before.
  Status Reload();
  /// Writes it; on an error the old or the new one is there.
  Status Store();

  [[nodiscard]] const std::string& path() const { return path_; }

  /// True where neither offsets nor a seal were ever set.
  [[nodiscard]] bool empty() const { return offsets_.empty() && seal_.empty(); }
  /// The views are valid until the next change.
  [[nodiscard]] SealedCheckpoint sealed() const;
  /// Moves the offsets that are named on, and takes the seal, whose lines begin with "input ".
  void Advance(const SealedCheckpoint& checkpoint);

  /// Set where a sink commits outputs without a checkpoint of the source.
  [[nodiscard]] bool alone() const { return alone_; }
  void SetAlone(bool alone) { alone_ = alone; }

  /// nullopt if the file is not known yet.
  [[nodiscard]] std::optional<std::uint64_t> LengthOf(const std::string& file) const;
  void SetLength(const std::string& file, std::uint64_t length) { lengths_[file] = length; }

 private:
  using Partition = std::pair<std::string, std::int32_t>;

  [[nodiscard]] std::string Directory() const;
  [[nodiscard]] std::string Text() const;
  Status Parse(std::string_view text);
  bool ParseLine(std::string_view line);

  std::string path_;
  PosixFile lock_;
  bool stored_ = false;  ///< The file was there.
  std::map<Partition, std::int64_t> offsets_;
  std::string seal_;
  bool alone_ = false;
  std::map<std::string, std::uint64_t> lengths_;
};

}  // namespace sluice
