#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// What we want to know of a server from its answer to INFO; empty where it doesn't say.
struct ServerInfo {
  std::string run_id;  ///< New with every start of the server.
  std::string role;    ///< "master" or "slave"
  std::string mode;    ///< "standalone", "cluster" or "sentinel"
  std::string eviction_policy;
  std::string version;           ///< "7.0.15"
  bool loading = false;          ///< It reads its data from disk.
  bool append_only = false;      ///< Each write is kept in a file.
  std::int64_t used_memory = 0;  ///< Bytes.
  std::int64_t max_memory = 0;   ///< Bytes; 0: as much as there is.
};

ServerInfo ParseServerInfo(std::string_view info);

}  // namespace sluice
