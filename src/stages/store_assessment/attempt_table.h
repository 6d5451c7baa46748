#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/row_store.h"

namespace sluice::stages {

/// The primary key of an attempt's row.
struct AttemptKey {
  std::string_view user;
  std::string_view course;
  std::string_view batch;
  std::string_view content;
  std::string_view attempt;
  friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
};

/// What is read of a row before it is written.
struct StoredAttempt {
  bool exists = false;
  std::optional<std::int64_t> created_on;
  std::optional<std::int64_t> last_attempted_on;
};

/// All that is written; times are milliseconds since 1970.
struct AttemptRow {
  std::int64_t created_on = 0;
  std::int64_t updated_on = 0;
  std::int64_t last_attempted_on = 0;
  double total_score = 0;
  double total_max_score = 0;
  std::string_view grand_total;
  Cell questions;
};

/// The table of attempts in Cassandra. Requests and what they point to are the arena's.
class AttemptTable {
 public:
  /// Prepares the statements; `table` stands in them as it is, with its keyspace.
  AttemptTable(RowStore& rows, const std::string& table);

  RowRequest Read(const AttemptKey& key, Arena& arena) const;
  RowRequest Write(const AttemptKey& key, const AttemptRow& row, Arena& arena) const;

  /// What the reply to Read says.
  static StoredAttempt StoredIn(const RowReply& reply);

 private:
  StatementId read_;
  StatementId write_;
};

}  // namespace sluice::stages
