#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/postgres_fault.h"
#include "postgres/postgres_metrics.h"
#include "postgres/postgres_settings.h"
#include "sluice/result.h"

namespace sluice {

struct PgResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, PgResultDeleter>;

/// One connection to PostgreSQL in libpq's pipeline mode: statements are queued with the PQsend
/// functions on handle(), handed over by Flush, and answered in their order by ReadUntilSync.
///
/// Nothing blocks for longer than the settings' `timeout` without progress. After a failed Connect,
/// Flush or ReadUntilSync the connection is closed, so that a late answer can't be taken for that
/// to a later statement; Connect makes a new one. Connect tries each address once: waiting between
/// attempts is the caller's. A server that takes no writes is passed over, unless the URL asks for
/// one.
///
/// Threading: one owner, one thread. `metrics` must outlive it.
class PostgresConnection {
 public:
  /// `stop` ends a Connect under way, and the calls up to Accept.
  PostgresConnection(PostgresSettings settings, PostgresMetrics& metrics, std::stop_token stop);

  /// Connects, logs in, and enters pipeline mode.
  /// kUnavailable: the server is away or busy. kInvalidConfig: it refuses user, password or
  /// database, and never took them before (see Accept).
  Status Connect();
  void Close() { handle_.reset(); }
  [[nodiscard]] bool connected() const { return handle_ != nullptr; }
  [[nodiscard]] PGconn* handle() const { return handle_.get(); }

  /// The connection is complete. From now on refusals count as kUnavailable: the configuration was
  /// right once, so that what changed is outside.
  void Accept() { accepted_ = complete_ = true; }

  /// Hands over what is queued, and takes in answers meanwhile where the server doesn't read on
  /// before. kUnavailable: connection lost, or no progress.
  Status Flush();
  /// Reads the answers to what was queued before the oldest sync that was not read: `results` gets
  /// those of the statements that were done, `failure` the error that undid them all. Errors as for
  /// Flush; a server that ends the connection is one.
  Status ReadUntilSync(std::vector<PgResult>& results, PgResult& failure);

  void Count(PostgresFault fault) { metrics_.CountError(fault); }
  /// Counts a fault and makes it an Error: kInvalidConfig where waiting can't help and no
  /// connection was ever complete, else kUnavailable. Leaves the connection open.
  Error Unusable(PostgresFault fault, std::string_view what);
  /// The same, and closes the connection.
  Error Broken(PostgresFault fault, std::string_view what);

  [[nodiscard]] const PostgresSettings& settings() const { return settings_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  /// One address of a host.
  struct Candidate {
    std::string host;
    std::string address;  ///< Empty: a socket's directory stands in `host`.
    int port;
    std::string text;
  };

  [[nodiscard]] std::vector<Candidate> Candidates(Clock::time_point deadline,
                                                  std::string& problems) const;
  Result<std::string> Password();
  Status Attempt(const Candidate& candidate, const std::string& password,
                 Clock::time_point deadline);
  Status Handshake(Clock::time_point deadline);
  /// kUnavailable at the deadline, or at a stop before the connection is complete.
  Status Poll(short events, Clock::time_point deadline);
  Status Wait(short events) { return Poll(events, Clock::now() + settings_.timeout); }
  Status TakeIn();
  /// The next result; nullptr at the end of a statement's.
  Result<PgResult> Next();

  PostgresSettings settings_;
  PostgresMetrics& metrics_;
  std::stop_token stop_;
  std::unique_ptr<PGconn, Finish> handle_;
  std::string server_;  ///< The address that it is connected to.
  bool accepted_ = false;
  bool complete_ = false;
};

/// "relation "x" does not exist": the first line of what libpq says of a connection.
std::string FirstLine(std::string_view message);

}  // namespace sluice
