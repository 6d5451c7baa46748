#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "postgres/postgres_connection.h"
#include "postgres/postgres_metrics.h"
#include "postgres/postgres_settings.h"
#include "sluice/arena.h"
#include "sluice/result.h"
#include "sluice/row_store.h"

namespace sluice {

/// A connection on which all statements are prepared, and what outlives it.
///
/// A connection that was given up while statements were under way may still work on them, behind a
/// lock or on a server that stood still, and would put older rows over newer ones later. So a new
/// connection ends such an earlier one first, and is of no use before that has ended.
///
/// Threading: one owner, one thread. `metrics` must outlive it.
class PostgresSession {
 public:
  PostgresSession(PostgresSettings settings, PostgresMetrics& metrics, std::stop_token stop)
      : metrics_(metrics), connection_(std::move(settings), metrics, std::move(stop)) {}

  StatementId Add(std::string text);

  /// Makes a connection if there is none: one attempt. kUnavailable: it can't be made now.
  /// kInvalidConfig: login, database, table, column or right are wrong, and no connection was ever
  /// complete; later the same is kUnavailable.
  Status EnsureConnected();

  [[nodiscard]] PostgresConnection& connection() { return connection_; }
  /// Statements are under way until told otherwise; a connection that is lost meanwhile may still
  /// work on them.
  void SetBusy(bool busy) { busy_ = busy; }

  [[nodiscard]] std::size_t size() const { return statements_.size(); }
  [[nodiscard]] const std::string& name(StatementId id) const { return statements_[id].name; }
  /// Types of the statement's parameters, once connected.
  [[nodiscard]] std::span<const Oid> parameters(StatementId id) const {
    return statements_[id].parameters;
  }

  /// Queues the mark up to which statements are done together or not at all. False: no memory.
  bool Sync();

 private:
  struct Statement {
    std::string name;
    std::string text;
    std::vector<Oid> parameters;
  };
  /// A process of the server, which may have given the number of one that ended to another.
  struct Backend {
    std::int64_t pid = 0;
    std::int64_t started_us = 0;
  };

  Status SetUp();
  Status Identify();
  Status EndAbandoned();
  Status Prepare();
  Status CheckDescription(Statement& statement, const PGresult* description);
  Status CheckRights();
  /// Runs one statement of ours; its only row stands in the result.
  Result<PgResult> Ask(const char* text, std::initializer_list<const char*> parameters);
  Error Wrong(const PGresult* failure);
  Error NotQueued();

  PostgresMetrics& metrics_;
  PostgresConnection connection_;
  std::vector<Statement> statements_;
  std::vector<Backend> abandoned_;
  Backend backend_;
  bool busy_ = false;
  bool opened_ = false;
  std::vector<PgResult> results_;  ///< Kept for its memory.
  PgResult failure_;
};

}  // namespace sluice
