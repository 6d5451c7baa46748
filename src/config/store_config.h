#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/node_rules.h"
#include "config/tree_node.h"

namespace sluice {

/// One of the file's `stores`.
struct StoreConfig {
  struct Redis {
    std::string url;
    std::optional<int> db;
    std::string user;
    std::string password;
    std::chrono::milliseconds timeout{};
    struct Tls {
      std::string ca;  ///< PEM files. Empty: the system's authorities.
      std::string cert;
      std::string key;
    };
    std::optional<Tls> tls;
  };
  struct Memory {
    std::uint64_t max_keys = 0;
  };
  /// Reference data in a file.
  struct File {
    std::string path;
    int db = 0;
  };
  /// What a worker remembers of the reference data in Redis.
  struct Cache {
    std::uint64_t max_keys = 0;
    std::chrono::milliseconds ttl{};
    std::chrono::milliseconds missing_ttl{};  ///< 0: what is missing is asked for every time.
  };
  std::string name;
  std::string where;
  std::optional<Redis> redis;
  std::optional<Memory> memory;
  std::optional<File> file;
  std::optional<Cache> cache;
};

/// Reads `stores`, a map of names and stores, and fills in its defaults.
std::vector<StoreConfig> ReadStores(TreeNode& root, const NodeRules& rules);

}  // namespace sluice
