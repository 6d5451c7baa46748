#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

/// What went wrong with PostgreSQL: the bounded label `kind` of sluice_postgres_errors_total.
enum class PostgresFault : std::uint8_t {
  kConnect,  ///< No connection could be made.
  kConnectionLost,
  kTimeout,     ///< No progress within `timeout`.
  kLogin,       ///< User, password or pg_hba.conf.
  kRight,       ///< The user may not do this.
  kDatabase,    ///< There is no database of that name.
  kSchema,      ///< A table, column or constraint is missing, or of another type.
  kPlan,        ///< A prepared statement is gone or doesn't fit any more.
  kResources,   ///< Too many connections, disk full, out of memory; starting up.
  kShutdown,    ///< The server, or this connection, is ended by an operator.
  kConflict,    ///< Deadlock, serialization failure, a lock that is not had.
  kCancelled,   ///< The statement took too long, or was cancelled.
  kReadOnly,    ///< A standby.
  kUnfinished,  ///< An earlier connection of ours still works on what it was sent.
  kData,        ///< The data is refused.
  kOther,
};

/// The fault's name as a metric label, such as "read_only".
std::string_view FaultName(PostgresFault fault);

/// Classifies an SQLSTATE; kOther for what is not known and for none.
PostgresFault FaultOfState(std::string_view sqlstate);

/// What an operator can do about it: "; ..." or nothing.
std::string_view FaultAdvice(PostgresFault fault);

/// True if the connection is of no use after it: another server, or statements prepared anew, may
/// help.
bool EndsConnection(PostgresFault fault);

/// True if waiting doesn't help as long as the configuration and the database stay as they are.
bool IsConfigurationFault(PostgresFault fault);

}  // namespace sluice
