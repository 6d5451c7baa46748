#include "files/posix_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace sluice {
namespace {

Error Failed(std::string_view what, const std::string& path, int code) {
  const bool passing = code == ENOSPC || code == EDQUOT || code == EIO || code == EMFILE ||
                       code == ENFILE || code == ENOMEM || code == EINTR || code == EFBIG;
  std::string message =
      "can't " + std::string(what) + " " + path + ": " + std::generic_category().message(code);
  if (code == ENOSPC || code == EDQUOT) message += "; free some space, it goes on by itself";
  return {passing ? ErrorKind::kUnavailable : ErrorKind::kInvalidConfig, std::move(message)};
}

}  // namespace

Result<PosixFile> PosixFile::Open(std::string path, int flags) {
  PosixFile file;
  file.fd_ = open(path.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file.fd_ < 0) return Failed("open", path, errno);
  file.path_ = std::move(path);
  return file;
}

Result<PosixFile> PosixFile::OpenForAppend(std::string path) {
  return Open(std::move(path), O_APPEND);
}

Result<PosixFile> PosixFile::OpenEmpty(std::string path) { return Open(std::move(path), O_TRUNC); }

Error PosixFile::Failure(std::string_view what, int code) const {
  Error error = Failed(what, path_, code);
  error.kind = ErrorKind::kUnavailable;
  return error;
}

Result<std::uint64_t> PosixFile::Size() const {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return Failure("read the size of", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Status PosixFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return Failure("write to", errno);
    }
  }
  return Ok();
}

Status PosixFile::Truncate(std::uint64_t size) {
  if (ftruncate(fd_, static_cast<off_t>(size)) != 0) return Failure("truncate", errno);
  return Ok();
}

Status PosixFile::Sync() {
  if (fsync(fd_) != 0) return Failure("sync", errno);
  return Ok();
}

Status PosixFile::Lock() {
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return Ok();
  if (errno != EWOULDBLOCK) return Failure("lock", errno);
  return Error{ErrorKind::kInvalidConfig,
               path_ +
                   " is locked: another worker or process writes to this directory; give each "
                   "its own"};
}

void PosixFile::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Status CreateDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Failed("create the directory", path, error.value());
  return Ok();
}

Status SyncDirectory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("open the directory", path, errno);
  const int code = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (code != 0) return Failed("sync the directory", path, code);
  return Ok();
}

}  // namespace sluice
