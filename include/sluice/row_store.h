#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/cell.h"
#include "sluice/result.h"

namespace sluice {

/// Index of a statement in a RowStore.
using StatementId = std::uint16_t;

/// A prepared statement and the values of its parameters, in their order.
struct BoundStatement {
  StatementId statement = 0;
  std::span<const Cell> values = {};
};

/// One statement that reads rows, or statements that write and are applied together or not at all
/// (PostgreSQL: a transaction; Cassandra: a logged batch where there are several).
struct RowRequest {
  std::span<const BoundStatement> statements;
};

/// The answer; the views are valid until the next call of the store.
struct RowReply {
  using Row = std::span<const Cell>;  ///< By column of the statement.

  enum class State : std::uint8_t {
    kDone,
    kRefused,  ///< The data is refused and will be again; nothing of the request was applied.
  };
  State state = State::kDone;
  std::span<const Row> rows = {};  ///< Of a statement that reads.
  /// Of kRefused: the server's code, column or constraint, and what it said, such as "22P02 column
  /// uaspec: invalid input syntax for type json". May quote the data.
  std::string_view detail = {};
};

/// Tables of rows that a stage reads and writes by prepared statements in the store's language.
///
/// The requests of a Send are under way at once and may be applied in any order, unless they have
/// the same `RowRequest` or the store says otherwise: what depends on another one's effect is sent
/// after that was received. Writing, replays and threading are as for TableStore (table_store.h).
class RowStore {
 public:
  using Request = RowRequest;
  using Reply = RowReply;

  virtual ~RowStore() = default;

  /// Takes a statement, before the first Ping or Send; it is prepared on each new connection.
  /// Parameters stand as the language has them ($1, ? ...), `text` holds no data.
  virtual StatementId Prepare(std::string text) = 0;

  /// Connects where necessary and asks for a sign of life; prepares what is not yet prepared.
  /// kUnavailable names what is missing. kInvalidConfig, before the first connection was complete
  /// only: a table, a column or a right is missing, and which.
  virtual Status Ping() { return Ok(); }

  /// kUnavailable: the store is away, or a table, a column or a right is missing: how many of the
  /// requests were applied is unknown.
  virtual Status Send(std::span<const RowRequest> requests) = 0;
  /// Fills `replies` for the oldest Send that was not answered, in the order of its requests.
  virtual Status Receive(std::vector<RowReply>& replies) = 0;
  /// Forgets all Sends that were not answered.
  virtual void Cancel() = 0;
};

}  // namespace sluice
