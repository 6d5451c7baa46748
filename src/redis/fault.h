#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

/// What went wrong with Redis: the bounded label `kind` of sluice_redis_errors_total.
enum class RedisFault : std::uint8_t {
  kConnect,  ///< No connection could be made.
  kTls,      ///< The TLS handshake failed.
  kConnectionLost,
  kTimeout,    ///< No progress within command_timeout.
  kProtocol,   ///< The other side doesn't speak RESP.
  kAccess,     ///< NOAUTH, WRONGPASS, NOPERM to run a command.
  kKeyAccess,  ///< NOPERM for one key.
  kDatabase,   ///< The server has no database of that number.
  kForm,       ///< The server doesn't know this form of a command.
  kWrongType,  ///< The key, or the field to count up, holds something else.
  kOutOfMemory,
  kLoading,   ///< Starting up, or otherwise busy.
  kReadOnly,  ///< A replica, or a primary that hands over.
  kMisconf,   ///< Can't persist, so takes no writes.
  kCluster,   ///< A cluster node, which we can't use.
  kOther,
};

/// The fault's name as a metric label, such as "out_of_memory".
std::string_view FaultName(RedisFault fault);

/// Classifies the text of an error reply ("OOM command not allowed ...").
RedisFault FaultOfReply(std::string_view reply);

/// What an operator can do about it: "; ..." or nothing.
std::string_view FaultAdvice(RedisFault fault);

/// True if the server can't serve, so that to ask it again is no use and the address may lead to
/// another one by now; false if the fault is of one key or of the form of a command.
bool LeavesServer(RedisFault fault);

/// True if waiting doesn't help as long as the configuration stays as it is.
bool IsConfigurationFault(RedisFault fault);

}  // namespace sluice
