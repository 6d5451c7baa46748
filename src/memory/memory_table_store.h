#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "memory/memory_table.h"
#include "sluice/arena.h"
#include "sluice/clock.h"
#include "sluice/spec.h"
#include "sluice/table_store.h"

namespace sluice {

/// A worker's access to a table of its process. Never unavailable; requests are done by Send, so
/// that they stand although the answer is cancelled, as in any other store.
class MemoryTableStore final : public TableStore {
 public:
  /// `clock`, for the marks, must outlive it.
  MemoryTableStore(std::shared_ptr<MemoryTable> table, const Clock& clock)
      : table_(std::move(table)), clock_(clock) {}

  Status Send(std::span<const TableRequest> requests) override;
  Status Receive(std::vector<TableReply>& replies) override;
  void Cancel() override { spare_.splice(spare_.begin(), pending_); }

 private:
  struct Answer {
    std::vector<TableReply> replies;
    Arena bytes{std::size_t{16} << 10};
  };

  std::shared_ptr<MemoryTable> table_;
  const Clock& clock_;
  std::list<Answer> pending_;  ///< Sent and not received, oldest first.
  std::list<Answer> spare_;
};

constexpr std::chrono::hours kMarksByDefault{24};

/// The key `marks` of every store of tables: how long TableRequest::mark is remembered.
FieldSpec MarksField();

}  // namespace sluice
