#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/node_rules.h"
#include "config/tree_node.h"
#include "sluice/port_spec.h"
#include "sluice/registry.h"

namespace sluice {

/// `source` of a file: which kind it is, and its keys.
struct SourceConfig {
  const SourceSpec* spec = nullptr;
  const ConfigNode* node = nullptr;  ///< Of the Config, which must outlive this.
  SourceTraits traits;
};

/// `sink` of a file.
struct SinkConfig {
  const SinkSpec* spec = nullptr;
  const ConfigNode* node = nullptr;  ///< As for the source.
  SinkTraits traits;
  std::vector<std::string> key;  ///< JSON pointers.
  bool position_header = true;
  std::uint64_t max_record_bytes = 0;
};

struct PortConfig {
  SourceConfig source;
  SinkConfig sink;
};

struct PortTraits {
  bool fused = false;  ///< The file lists others, whose topics, keys and limits count.
  std::string topic_prefix;
};

/// Reads `source` and `sink`, and fills in their defaults. Where something is wrong with one of
/// them, the problems say so, and its traits are empty.
PortConfig ReadPorts(TreeNode& root, const PortTraits& traits, const Registry& registry,
                     const NodeRules& rules);

}  // namespace sluice
