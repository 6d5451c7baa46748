#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// What we want to know of a server from its answer to INFO; empty where it doesn't say.
struct ServerInfo {
  std::string run_id;  ///< New with every start of the server.
  std::string role;    ///< "master" or "slave"
  std::string mode;    ///< "standalone", "cluster" or "sentinel"
  std::string eviction_policy;
};

ServerInfo ParseServerInfo(std::string_view info);

}  // namespace sluice
