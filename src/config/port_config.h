#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/node_rules.h"
#include "config/tree_node.h"

namespace sluice {

struct KafkaSourceConfig {
  std::string brokers;
  std::string group;
  std::vector<std::string> topics;  ///< Without prefix.
  std::string auto_offset_reset;
  std::string instance;  ///< Empty: the host name.
  std::map<std::string, std::string> options;
};

struct FilesSourceConfig {
  std::vector<std::string> paths;
  std::string topic;
};

struct SinkConfig {
  std::vector<std::string> key;  ///< JSON pointers.
  bool position_header = true;
  std::uint64_t max_record_bytes = 0;
  struct Kafka {
    std::string brokers;
    std::map<std::string, std::string> options;
  };
  struct Files {
    std::string directory;
    bool envelope = false;
  };
  std::optional<Kafka> kafka;
  std::optional<Files> files;
};

/// `source` and `sink` of a file.
struct PortConfig {
  std::string source_where;  ///< For complaints of the adapters.
  std::optional<KafkaSourceConfig> source_kafka;
  std::optional<FilesSourceConfig> source_files;
  std::string sink_where;
  SinkConfig sink;
};

struct PortTraits {
  bool fused = false;  ///< The file lists others, whose topics, keys and limits count.
  bool exactly_once = true;
  std::string topic_prefix;
};

/// Reads `source` and `sink`, and fills in their defaults.
PortConfig ReadPorts(TreeNode& root, const PortTraits& traits, const NodeRules& rules);

}  // namespace sluice
