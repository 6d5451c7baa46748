#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sluice/result.h"

namespace sluice {

/// How to reach one Redis database. Never print user or password: print Address().
struct RedisSettings {
  std::string where;  ///< Its place in the configuration, for errors; may be empty.
  std::string host;
  int port = 6379;
  std::string unix_path;  ///< If not empty: the socket to use instead of host and port.
  std::string user;       ///< Empty: the default user, and no AUTH without a password.
  std::string password;
  int db = 0;

  bool tls = false;
  std::string ca_file;    ///< PEM file of trusted authorities; empty: those of the system.
  std::string cert_file;  ///< PEM files of the client's certificate and key; both or none.
  std::string key_file;

  std::chrono::milliseconds connect_timeout{5000};
  /// Longest wait without any progress (a byte sent or received) of a command.
  std::chrono::milliseconds command_timeout{5000};

  /// "redis://host:6379/7" or "unix:///path?db=7": for messages, without secrets.
  [[nodiscard]] std::string Address() const;
};

/// Reads "redis://[user:password@]host[:port][/db]", "rediss://..." (TLS) and
/// "unix://[user:password@]/path[?db=N]". User and password may be percent-encoded; an IPv6 host
/// stands in brackets.
///
/// kInvalidConfig: the URL has another form, or asks for TLS that this build doesn't have. The
/// message doesn't show the user or the password.
Result<RedisSettings> ParseRedisUrl(std::string_view url);

}  // namespace sluice
