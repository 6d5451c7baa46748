#pragma once

#include <sys/socket.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace sluice {

/// How long a connection may take to be made.
struct DialLimits {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;  ///< Ends it before.

  [[nodiscard]] bool over() const {
    return stop.stop_requested() || std::chrono::steady_clock::now() >= deadline;
  }
};

/// One address of a server.
struct ServerAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  std::string host;  ///< "127.0.0.1" or "::1"; empty for a socket of the file system.
  std::string text;  ///< "127.0.0.1:6379", "[::1]:6379" or the path of a socket.
};

/// What a name leads to.
struct ServerAddresses {
  std::vector<ServerAddress> addresses;  ///< IPv4 and IPv6, as the system prefers them.
  std::string problem;                   ///< Why there are none.
};

/// Asks the system anew at each call. A name server that doesn't answer is given up at the limits.
ServerAddresses ResolveHost(const std::string& host, int port, const DialLimits& limits);

/// The address of a Unix socket.
ServerAddresses UnixAddress(const std::string& path);

}  // namespace sluice
