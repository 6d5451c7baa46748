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
  };
  struct Memory {
    std::uint64_t max_keys = 0;
  };
  std::string name;
  std::string where;
  std::optional<Redis> redis;
  std::optional<Memory> memory;
};

/// Reads `stores`, a map of names and stores, and fills in its defaults.
std::vector<StoreConfig> ReadStores(TreeNode& root, const NodeRules& rules);

}  // namespace sluice
