#include "redis/fault.h"

#include <array>

namespace sluice {
namespace {

struct Prefix {
  std::string_view text;
  RedisFault fault;
};

/// In order: the first that fits counts.
constexpr std::array kPrefixes = {
    Prefix{"WRONGTYPE", RedisFault::kWrongType},
    Prefix{"ERR hash value is not an integer", RedisFault::kWrongType},
    Prefix{"ERR increment or decrement would overflow", RedisFault::kWrongType},
    Prefix{"OOM", RedisFault::kOutOfMemory},
    Prefix{"LOADING", RedisFault::kLoading},
    Prefix{"BUSY", RedisFault::kLoading},
    Prefix{"TRYAGAIN", RedisFault::kLoading},
    Prefix{"MASTERDOWN", RedisFault::kReadOnly},
    Prefix{"READONLY", RedisFault::kReadOnly},
    Prefix{"REDIRECT ", RedisFault::kReadOnly},
    Prefix{"MISCONF", RedisFault::kMisconf},
    Prefix{"NOREPLICAS", RedisFault::kMisconf},
    Prefix{"NOAUTH", RedisFault::kAccess},
    Prefix{"WRONGPASS", RedisFault::kAccess},
    Prefix{"DENIED", RedisFault::kAccess},
    Prefix{"MOVED", RedisFault::kCluster},
    Prefix{"ASK ", RedisFault::kCluster},
    Prefix{"CROSSSLOT", RedisFault::kCluster},
    Prefix{"ERR SELECT is not allowed in cluster mode", RedisFault::kCluster},
    Prefix{"ERR syntax error", RedisFault::kForm},
    Prefix{"ERR unknown command", RedisFault::kAccess},
    Prefix{"ERR wrong number of arguments for 'auth'", RedisFault::kAccess},
    Prefix{"ERR AUTH", RedisFault::kAccess},
    Prefix{"ERR Client sent AUTH", RedisFault::kAccess},
    Prefix{"ERR invalid password", RedisFault::kAccess},
    Prefix{"ERR DB index", RedisFault::kDatabase},
    Prefix{"ERR invalid DB index", RedisFault::kDatabase},
};

}  // namespace

std::string_view FaultName(RedisFault fault) {
  switch (fault) {
    case RedisFault::kConnect:
      return "connect";
    case RedisFault::kTls:
      return "tls";
    case RedisFault::kConnectionLost:
      return "connection_lost";
    case RedisFault::kTimeout:
      return "timeout";
    case RedisFault::kProtocol:
      return "protocol";
    case RedisFault::kAccess:
      return "access";
    case RedisFault::kKeyAccess:
      return "key_access";
    case RedisFault::kDatabase:
      return "database";
    case RedisFault::kForm:
      return "form";
    case RedisFault::kWrongType:
      return "wrong_type";
    case RedisFault::kOutOfMemory:
      return "out_of_memory";
    case RedisFault::kLoading:
      return "loading";
    case RedisFault::kReadOnly:
      return "read_only";
    case RedisFault::kMisconf:
      return "misconf";
    case RedisFault::kCluster:
      return "cluster";
    case RedisFault::kOther:
      return "other";
  }
  return "other";
}

RedisFault FaultOfReply(std::string_view reply) {
  if (reply.starts_with("NOPERM")) {
    // Both of "access a key" and "access one of the keys used as arguments" are about keys.
    const bool about_key = reply.find(" access ") != std::string_view::npos;
    return about_key ? RedisFault::kKeyAccess : RedisFault::kAccess;
  }
  for (const Prefix& prefix : kPrefixes) {
    if (reply.starts_with(prefix.text)) return prefix.fault;
  }
  return RedisFault::kOther;
}

std::string_view FaultAdvice(RedisFault fault) {
  switch (fault) {
    case RedisFault::kConnect:
      return "; check that Redis runs there and that the address is right";
    case RedisFault::kTimeout:
      return "; Redis is overloaded, stopped, or the network drops packets";
    case RedisFault::kProtocol:
      return "; check that this port belongs to Redis and speaks plain text or TLS as the URL says";
    case RedisFault::kAccess:
      return "; check user, password and the user's ACL (`sluice ports redis` says "
             "what it needs)";
    case RedisFault::kDatabase:
      return "; raise `databases` of the Redis server (16 unless it is set), or set `db` of the "
             "store to one that it has";
    case RedisFault::kKeyAccess:
      return "; the user's ACL must allow reading and writing every claim's key, and of a "
             "table every key and the marks sluice:mark:*";
    case RedisFault::kOutOfMemory:
      return "; raise maxmemory, or shorten the claims' ttl (about 180 bytes a claim) or `marks`";
    case RedisFault::kReadOnly:
      return "; the address must lead to the primary";
    case RedisFault::kMisconf:
      return "; see the log of the Redis server";
    case RedisFault::kCluster:
      return "; sluice needs one Redis (or Valkey) server without cluster mode";
    default:
      return "";
  }
}

bool LeavesServer(RedisFault fault) {
  return fault != RedisFault::kWrongType && fault != RedisFault::kKeyAccess &&
         fault != RedisFault::kForm;
}

bool IsConfigurationFault(RedisFault fault) {
  return fault == RedisFault::kAccess || fault == RedisFault::kDatabase ||
         fault == RedisFault::kCluster;
}

}  // namespace sluice
