#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "sluice/arena.h"
#include "sluice/table_store.h"
#include "util/seeded_hash.h"

namespace sluice {

/// A table by key in the memory of this process, shared by its workers; a request has the outcome
/// that it has in Redis. Thread-safe: no request of another worker comes between those of one Run.
class MemoryTable {
 public:
  using Fields = std::map<std::string, std::string, std::less<>>;
  using Members = std::set<std::string, std::less<>>;
  /// What no request can read; `json` is for whoever put it in.
  struct Other {
    std::string type;
    std::string json;
  };
  using Entry = std::variant<std::string, Fields, Members, Other>;

  /// A mark is remembered for `marks`.
  explicit MemoryTable(std::chrono::milliseconds marks) : marks_ttl_(marks) {}

  /// Puts an entry in place of what is under the key.
  void Put(std::string key, Entry entry);

  /// Does the requests in their order and fills `replies`; what these show is copied to `bytes`.
  void Run(std::span<const TableRequest> requests, std::int64_t now_ms,
           std::vector<TableReply>& replies, Arena& bytes);

  [[nodiscard]] std::size_t size() const;
  /// Marks that are remembered, expired ones that no Run has met yet included.
  [[nodiscard]] std::size_t marks() const;
  /// All entries as they are now, by key.
  [[nodiscard]] std::map<std::string, Entry> Entries() const;

 private:
  TableReply Do(const TableRequest& request, std::int64_t now_ms, Arena& bytes);
  TableReply GetFields(const TableRequest& request, Arena& bytes) const;
  TableReply GetMembers(const TableRequest& request, Arena& bytes) const;
  TableReply SetFields(const TableRequest& request);
  TableReply RemoveFields(const TableRequest& request);
  TableReply IncrementOnce(const TableRequest& request, std::int64_t now_ms);

  [[nodiscard]] bool IsRemembered(std::string_view mark, std::int64_t now_ms) const;
  void Remember(std::string_view mark, std::int64_t now_ms);
  void ForgetExpired(std::int64_t now_ms);
  [[nodiscard]] const Entry* Find(std::string_view key) const;

  const std::chrono::milliseconds marks_ttl_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry, SeededStringHash, std::equal_to<>> entries_;
  std::unordered_map<std::string, std::int64_t, SeededStringHash, std::equal_to<>>
      mark_ends_;                                              ///< By mark: when it expires.
  std::deque<std::pair<std::int64_t, std::string>> expiries_;  ///< In the order of their making.
};

}  // namespace sluice
