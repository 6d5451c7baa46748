#pragma once

#include <cstdint>
#include <string_view>

#include "cassandra/cql_response.h"

namespace sluice::cassandra {

/// What went wrong with Cassandra: the bounded label `kind` of sluice_cassandra_errors_total.
enum class Fault : std::uint8_t {
  kConnect,  ///< No connection could be made.
  kTls,
  kConnectionLost,
  kTimeout,   ///< No answer within `timeout`.
  kProtocol,  ///< The other side speaks something else.
  kFrameTooLarge,
  kCredentials,   ///< User or password.
  kUnauthorized,  ///< A right is missing.
  kStatement,     ///< A statement can't be prepared: no such keyspace, table or column.
  kData,          ///< Values are refused.
  kUnprepared,    ///< The node has forgotten a statement.
  kReplicas,      ///< Too few replicas are up for the consistency.
  kReadTimeout,
  kWriteTimeout,
  kReplicaFailure,
  kOverloaded,
  kBootstrapping,
  kServer,
  kOther,
};

/// The fault's name as a metric label, such as "write_timeout".
std::string_view FaultName(Fault fault);

/// Of an error in answer to an EXECUTE or a BATCH.
Fault FaultOfCode(ErrorCode code);

/// What an operator can do about it: "; ..." or nothing.
std::string_view FaultAdvice(Fault fault);

/// True if waiting doesn't help as long as configuration and schema stay as they are.
bool IsConfigurationFault(Fault fault);

}  // namespace sluice::cassandra
