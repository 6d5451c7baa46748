#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/node_rules.h"
#include "config/tree_node.h"
#include "sluice/store_spec.h"

namespace sluice {

/// One of the file's `stores`: which kind it is, and its keys.
struct StoreConfig {
  /// What a worker remembers of the reference data in a store.
  struct Cache {
    std::uint64_t max_keys = 0;
    std::chrono::milliseconds ttl{};
    std::chrono::milliseconds missing_ttl{};  ///< 0: what is missing is asked for every time.
  };
  std::string name;
  std::string where;
  const StoreSpec* spec = nullptr;
  const ConfigNode* node = nullptr;  ///< Of the Config, which must outlive this.
  const ConfigNode* cache_node = nullptr;
  std::optional<Cache> cache;
};

/// Reads `stores`, a map of names and stores, and fills in its defaults. Others take the place of
/// those that are `replaced`, whose values need not make sense.
std::vector<StoreConfig> ReadStores(TreeNode& root, const SpecRegistry<StoreSpec>& registry,
                                    const std::set<std::string>& replaced, const NodeRules& rules);

/// The keys of a store's `cache`.
const std::vector<FieldSpec>& CacheFields();

}  // namespace sluice
