#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/result.h"

namespace sluice {

/// A file open for writing; closed with the object. Errors name the file, the reason, and are
/// kUnavailable (the disk is full or fails) unless a method says otherwise.
class PosixFile {
 public:
  PosixFile() = default;
  ~PosixFile() { Close(); }
  PosixFile(PosixFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  PosixFile& operator=(PosixFile&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
    return *this;
  }

  /// Opens for appending, creating it if it isn't there.
  /// kInvalidConfig: the path can't be that of an output file (a directory, no permission, ...).
  static Result<PosixFile> OpenForAppend(std::string path);
  /// The same for a file that must be empty.
  static Result<PosixFile> OpenEmpty(std::string path);

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  Result<std::uint64_t> Size() const;
  /// A failure may leave a part of the bytes in the file.
  Status Append(std::string_view bytes);
  Status Truncate(std::uint64_t size);
  /// Returns when the contents are on the disk.
  Status Sync();
  /// kInvalidConfig if another PosixFile, of whatever process, holds the lock.
  Status Lock();
  void Close();

 private:
  static Result<PosixFile> Open(std::string path, int flags);
  Error Failure(std::string_view what, int code) const;

  int fd_ = -1;
  std::string path_;
};

/// Creates the directory and those above it. kInvalidConfig or kUnavailable.
Status CreateDirectories(const std::string& path);

/// Returns when the directory's entries are on the disk.
Status SyncDirectory(const std::string& path);

}  // namespace sluice
