#include "postgres/postgres_fault.h"

#include <array>

namespace sluice {
namespace {

struct Prefix {
  std::string_view state;
  PostgresFault fault;
};

/// By SQLSTATE or its class. In order: the first that fits counts.
constexpr std::array kPrefixes = {
    Prefix{"08", PostgresFault::kConnectionLost}, Prefix{"53", PostgresFault::kResources},
    Prefix{"57P03", PostgresFault::kResources},   Prefix{"58", PostgresFault::kResources},
    Prefix{"57P", PostgresFault::kShutdown},      Prefix{"57014", PostgresFault::kCancelled},
    Prefix{"55P03", PostgresFault::kConflict},    Prefix{"40", PostgresFault::kConflict},
    Prefix{"25006", PostgresFault::kReadOnly},    Prefix{"25P03", PostgresFault::kShutdown},
    Prefix{"28", PostgresFault::kLogin},          Prefix{"3D000", PostgresFault::kDatabase},
    Prefix{"3F000", PostgresFault::kSchema},      Prefix{"42501", PostgresFault::kRight},
    Prefix{"42804", PostgresFault::kData},        Prefix{"42846", PostgresFault::kData},
    Prefix{"42", PostgresFault::kSchema},         Prefix{"26000", PostgresFault::kPlan},
    Prefix{"0A000", PostgresFault::kPlan},        Prefix{"21", PostgresFault::kData},
    Prefix{"22", PostgresFault::kData},           Prefix{"23", PostgresFault::kData},
    Prefix{"44000", PostgresFault::kData},        Prefix{"54", PostgresFault::kData},
    Prefix{"P0001", PostgresFault::kData},
};

}  // namespace

std::string_view FaultName(PostgresFault fault) {
  switch (fault) {
    case PostgresFault::kConnect:
      return "connect";
    case PostgresFault::kConnectionLost:
      return "connection_lost";
    case PostgresFault::kTimeout:
      return "timeout";
    case PostgresFault::kLogin:
      return "login";
    case PostgresFault::kRight:
      return "right";
    case PostgresFault::kDatabase:
      return "database";
    case PostgresFault::kSchema:
      return "schema";
    case PostgresFault::kPlan:
      return "plan";
    case PostgresFault::kResources:
      return "resources";
    case PostgresFault::kShutdown:
      return "shutdown";
    case PostgresFault::kConflict:
      return "conflict";
    case PostgresFault::kCancelled:
      return "cancelled";
    case PostgresFault::kReadOnly:
      return "read_only";
    case PostgresFault::kUnfinished:
      return "unfinished";
    case PostgresFault::kData:
      return "data";
    case PostgresFault::kOther:
      return "other";
  }
  return "other";
}

PostgresFault FaultOfState(std::string_view sqlstate) {
  for (const Prefix& prefix : kPrefixes) {
    if (sqlstate.starts_with(prefix.state)) return prefix.fault;
  }
  return PostgresFault::kOther;
}

std::string_view FaultAdvice(PostgresFault fault) {
  switch (fault) {
    case PostgresFault::kConnect:
      return "; check that PostgreSQL runs there and that the address is right";
    case PostgresFault::kTimeout:
      return "; PostgreSQL is overloaded, stopped, or the network drops packets";
    case PostgresFault::kLogin:
      return "; check user, password and the server's pg_hba.conf";
    case PostgresFault::kRight:
      return "; GRANT it to the user of the store";
    case PostgresFault::kDatabase:
      return "; create the database, or correct its name in the store";
    case PostgresFault::kSchema:
      return "; create what is missing, or correct its name in the configuration";
    case PostgresFault::kResources:
      return "; see the log of the PostgreSQL server";
    case PostgresFault::kReadOnly:
      return "; the address must lead to the primary";
    default:
      return "";
  }
}

bool EndsConnection(PostgresFault fault) {
  return fault != PostgresFault::kConflict && fault != PostgresFault::kCancelled &&
         fault != PostgresFault::kData && fault != PostgresFault::kRight;
}

bool IsConfigurationFault(PostgresFault fault) {
  return fault == PostgresFault::kLogin || fault == PostgresFault::kRight ||
         fault == PostgresFault::kDatabase || fault == PostgresFault::kSchema;
}

}  // namespace sluice
