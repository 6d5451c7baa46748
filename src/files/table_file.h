#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "files/posix_file.h"
#include "memory/memory_table.h"
#include "memory/memory_table_store.h"
#include "sluice/clock.h"
#include "sluice/log.h"
#include "sluice/result.h"
#include "sluice/table_store.h"

namespace sluice {

struct TableFileSettings {
  std::string name;  ///< Of the store in the configuration.
  std::string path;
  int db = 0;
  std::string output = {};  ///< Empty: what is written is gone with the process.
  std::chrono::milliseconds marks_ttl = kMarksByDefault;
};

/// A table that is read from a file (entry_file.h), changed in memory, and written to another file
/// when the object ends, sorted by key, in the same form. Thread-safe.
class TableFile {
 public:
  /// kInvalidConfig: the file can't be read, or a line has another form; file:line is named.
  static Result<std::shared_ptr<TableFile>> Load(TableFileSettings settings, Log log);
  ~TableFile();
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;

  /// Begins the output: without a call of it none is written. kInvalidConfig: it can't be.
  Status Begin();
  [[nodiscard]] std::shared_ptr<MemoryTable> table() const { return table_; }

 private:
  TableFile(TableFileSettings settings, Log log);
  [[nodiscard]] std::string Draft() const { return settings_.output + ".new"; }
  [[nodiscard]] std::string Text() const;
  Status Finish();

  TableFileSettings settings_;
  Log log_;
  std::shared_ptr<MemoryTable> table_;
  std::mutex mutex_;
  PosixFile draft_;
};

/// A worker's access to such a table.
class FileTableStore final : public TableStore {
 public:
  /// `clock`, for the marks, must outlive it.
  FileTableStore(std::shared_ptr<TableFile> file, const Clock& clock)
      : file_(std::move(file)), table_(file_->table(), clock) {}

  Status Ping() override { return file_->Begin(); }
  Status Send(std::span<const TableRequest> requests) override;
  Status Receive(std::vector<TableReply>& replies) override { return table_.Receive(replies); }
  void Cancel() override { table_.Cancel(); }

 private:
  std::shared_ptr<TableFile> file_;
  MemoryTableStore table_;
};

}  // namespace sluice
