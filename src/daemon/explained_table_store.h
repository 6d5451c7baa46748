#pragma once

#include <functional>
#include <list>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "memory/memory_table.h"
#include "sluice/arena.h"
#include "sluice/clock.h"
#include "sluice/table_store.h"

namespace sluice {

/// A table that is read and never written: what would be written is told, such as
/// `HSET user:1 name="F"`, and kept in memory, where later requests find it.
class ExplainedTableStore final : public TableStore {
 public:
  using Tell = std::function<void(std::string_view)>;

  /// `clock` must outlive it.
  ExplainedTableStore(std::unique_ptr<TableStore> inner, const Clock& clock, Tell tell);

  /// The inner one's may make ready for writing.
  Status Ping() override { return Ok(); }
  Status Send(std::span<const TableRequest> requests) override;
  Status Receive(std::vector<TableReply>& replies) override;
  void Cancel() override;

 private:
  /// What memory has of a key: all of it, or these fields.
  struct Known {
    bool whole = false;
    std::set<std::string, std::less<>> fields;
  };
  /// What the inner store is asked for one of the requests.
  struct Question {
    std::size_t request;
    std::vector<TableField> fields;
  };
  struct Answer {
    std::vector<TableReply> replies;
    Arena bytes{std::size_t{16} << 10};
  };

  /// Takes what the requests are about from the inner store; `wrong_type` by request.
  Status Fetch(std::span<const TableRequest> requests, std::vector<bool>& wrong_type);
  [[nodiscard]] std::list<Question> QuestionsOf(std::span<const TableRequest> requests) const;
  void Keep(const TableRequest& asked, const TableReply& reply);
  TableReply Do(const TableRequest& request, bool wrong_type, Arena& bytes);

  std::unique_ptr<TableStore> inner_;
  const Clock& clock_;
  Tell tell_;
  MemoryTable written_;
  std::unordered_map<std::string, Known, SeededStringHash, std::equal_to<>> known_;
  std::list<Answer> pending_;  ///< Sent and not received, oldest first.
  std::list<Answer> shown_;    ///< What was received last.
};

/// A request that writes, as it is told.
std::string TextOf(const TableRequest& request);

}  // namespace sluice
