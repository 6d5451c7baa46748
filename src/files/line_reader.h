#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// Reads a file line by line, plain or gzip (told by its first bytes; several members are one
/// text). Holds one line and a block in memory, however large the file or its expansion.
class LineReader {
 public:
  /// A line longer than `max_line` bytes is an error.
  /// kInvalidConfig: there is no such file, it can't be read, or it is not text: an archive,
  /// another compression, UTF-16. "-" is the standard input.
  static Result<LineReader> Open(std::string path, std::size_t max_line);

  /// False at the end. The line is without its end ("\n" or "\r\n") and valid until the next call.
  /// kFatal: the file is damaged, or a line too long; the message names file and line.
  /// kUnavailable: the disk.
  Result<bool> Next(std::string_view& line);

  /// Lines taken so far.
  [[nodiscard]] std::int64_t lines() const { return lines_; }

 private:
  struct Close {
    void operator()(void* file) const;
  };

  LineReader(std::string path, std::size_t max_line, void* file);
  static Result<LineReader> OpenStandardInput(std::size_t max_line);
  static Result<LineReader> Begin(LineReader reader);
  Error Complain(ErrorKind kind, const std::string& what) const;
  /// Makes room and reads another block; sets at_end_ where there is none.
  Status Fill();

  std::string path_;
  std::size_t max_line_;
  std::unique_ptr<void, Close> file_;  ///< A gzFile, which reads plain files too.
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< Of the bytes that no line has taken.
  std::size_t end_ = 0;
  std::int64_t lines_ = 0;
  bool at_end_ = false;
};

}  // namespace sluice
