#include "postgres/postgres_session.h"

#include <algorithm>
#include <utility>

#include "postgres/cell_reader.h"
#include "postgres/server_error.h"

namespace sluice {
namespace {

constexpr int kBinaryFormat = 1;

/// A statement that waits for a lock is given up by the server before the connection is given up.
constexpr const char* kIdentify =
    "SELECT set_config('statement_timeout', $1, false), set_config('TimeZone', 'UTC', false), "
    "pid::int8, (extract(epoch FROM backend_start) * 1000000)::int8 "
    "FROM pg_stat_activity WHERE pid = pg_backend_pid()";

constexpr const char* kEndAbandoned =
    "SELECT count(pg_terminate_backend(activity.pid)) FROM pg_stat_activity AS activity "
    "JOIN unnest($1::int8[], $2::int8[]) AS abandoned (pid, started) "
    "ON activity.pid = abandoned.pid "
    "AND (extract(epoch FROM activity.backend_start) * 1000000)::int8 = abandoned.started";

}  // namespace

StatementId PostgresSession::Add(std::string text) {
  const auto id = static_cast<StatementId>(statements_.size());
  statements_.push_back({"sluice_" + std::to_string(id), std::move(text), {}});
  return id;
}

bool PostgresSession::Sync() {
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
  return PQsendPipelineSync(connection_.handle()) == 1;
#else
  return PQpipelineSync(connection_.handle()) == 1;
#endif
}

Status PostgresSession::EnsureConnected() {
  if (connection_.connected()) return Ok();
  if (busy_) abandoned_.push_back(backend_);
  busy_ = false;
  if (opened_) metrics_.CountReconnect();
  SLUICE_TRY(connection_.Connect());
  Status status = SetUp();
  if (!status.ok()) {
    connection_.Close();
    return status;
  }
  connection_.Accept();
  opened_ = true;
  return Ok();
}

Status PostgresSession::SetUp() {
  SLUICE_TRY(Identify());
  if (!abandoned_.empty()) SLUICE_TRY(EndAbandoned());
  SLUICE_TRY(Prepare());
  return CheckRights();
}

Result<PgResult> PostgresSession::Ask(const char* text,
                                      std::initializer_list<const char*> parameters) {
  const int count = static_cast<int>(parameters.size());
  if (PQsendQueryParams(connection_.handle(), text, count, nullptr, parameters.begin(), nullptr,
                        nullptr, kBinaryFormat) != 1 ||
      !Sync()) {
    return NotQueued();
  }
  SLUICE_TRY(connection_.Flush());
  SLUICE_TRY(connection_.ReadUntilSync(results_, failure_));
  if (failure_ != nullptr) {
    return connection_.Broken(FaultOf(failure_.get()), DetailOf(failure_.get()));
  }
  if (results_.size() == 1 && PQntuples(results_[0].get()) == 1) return std::move(results_[0]);
  return connection_.Broken(PostgresFault::kOther, "the connection is not in pg_stat_activity");
}

Status PostgresSession::Identify() {
  const auto timeout =
      std::max(connection_.settings().timeout * 3 / 4, std::chrono::milliseconds(1));
  const std::string text = std::to_string(timeout.count());
  auto answer = Ask(kIdentify, {text.c_str()});
  if (!answer) return std::move(answer).error();
  Arena arena(1024);
  const RowReply::Row row = ReadRows(answer.value().get(), arena)[0];
  backend_ = {row[2].integer, row[3].integer};
  return Ok();
}

Status PostgresSession::EndAbandoned() {
  std::string pids;
  std::string starts;
  for (const Backend& backend : abandoned_) {
    const char* before = pids.empty() ? "{" : ",";
    pids.append(before).append(std::to_string(backend.pid));
    starts.append(before).append(std::to_string(backend.started_us));
  }
  pids += "}";
  starts += "}";
  auto answer = Ask(kEndAbandoned, {pids.c_str(), starts.c_str()});
  if (!answer) return std::move(answer).error();
  Arena arena(1024);
  if (ReadRows(answer.value().get(), arena)[0][0].integer > 0) {
    return connection_.Broken(PostgresFault::kUnfinished,
                              "an earlier connection still worked on what it was sent, and is "
                              "being ended before the new one is used");
  }
  abandoned_.clear();
  return Ok();
}

Status PostgresSession::Prepare() {
  PGconn* const handle = connection_.handle();
  for (const Statement& statement : statements_) {
    const char* name = statement.name.c_str();
    if (PQsendPrepare(handle, name, statement.text.c_str(), 0, nullptr) != 1 ||
        PQsendDescribePrepared(handle, name) != 1 || !Sync()) {
      return NotQueued();
    }
  }
  SLUICE_TRY(connection_.Flush());
  for (Statement& statement : statements_) {
    SLUICE_TRY(connection_.ReadUntilSync(results_, failure_));
    if (failure_ != nullptr) return Wrong(failure_.get());
    if (results_.empty()) return connection_.Broken(PostgresFault::kOther, "no description");
    SLUICE_TRY(CheckDescription(statement, results_.back().get()));
  }
  return Ok();
}

Status PostgresSession::CheckDescription(Statement& statement, const PGresult* description) {
  statement.parameters.clear();
  for (int i = 0; i < PQnparams(description); ++i) {
    statement.parameters.push_back(PQparamtype(description, i));
  }
  for (int i = 0; i < PQnfields(description); ++i) {
    if (IsReadable(PQftype(description, i))) continue;
    std::string what = "column ";
    what.append(PQfname(description, i)).append(" is of a type that is not read: cast it to text");
    return connection_.Unusable(PostgresFault::kSchema, what);
  }
  return Ok();
}

/// Rights are looked at where a statement is executed; EXPLAIN does so too, and changes nothing.
Status PostgresSession::CheckRights() {
  for (const Statement& statement : statements_) {
    std::string explain = "EXPLAIN EXECUTE " + statement.name;
    for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
      explain += i == 0 ? "(NULL" : ", NULL";
    }
    if (!statement.parameters.empty()) explain += ")";
    if (PQsendQueryParams(connection_.handle(), explain.c_str(), 0, nullptr, nullptr, nullptr,
                          nullptr, kBinaryFormat) != 1 ||
        !Sync()) {
      return NotQueued();
    }
  }
  SLUICE_TRY(connection_.Flush());
  for (std::size_t i = 0; i < statements_.size(); ++i) {
    SLUICE_TRY(connection_.ReadUntilSync(results_, failure_));
    if (failure_ != nullptr) return Wrong(failure_.get());
  }
  return Ok();
}

/// While nothing is executed, what is said of types is about the statement and its table.
Error PostgresSession::Wrong(const PGresult* failure) {
  const PostgresFault fault = FaultOf(failure);
  return connection_.Unusable(fault == PostgresFault::kData ? PostgresFault::kSchema : fault,
                              DetailOf(failure));
}

Error PostgresSession::NotQueued() {
  return connection_.Broken(PostgresFault::kConnectionLost,
                            FirstLine(PQerrorMessage(connection_.handle())));
}

}  // namespace sluice
