#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/admin_config.h"
#include "config/config.h"
#include "config/port_config.h"
#include "config/store_config.h"
#include "sluice/registry.h"

namespace sluice {

struct StageConfig {
  const StageSpec* spec = nullptr;
  const ConfigNode* node = nullptr;  ///< Of the Config, which must outlive this.
};

/// A configuration file in checked form; docs/configuration.md describes each key.
struct PipelineConfig : PortConfig {
  std::string name;
  std::string records;  ///< "events", "batches" or "bytes": what a record holds.
  std::string topic_prefix;
  bool exactly_once = true;
  int workers = 1;
  std::uint64_t batch_max_events = 0;
  struct Transaction {
    std::uint64_t max_events = 0;
    std::uint64_t max_bytes = 0;
    std::uint64_t max_output_bytes = 0;
    std::chrono::milliseconds linger{};
    std::chrono::milliseconds timeout{};
  } transaction;
  std::vector<StageConfig> stages;
  std::vector<std::pair<std::string, std::string>> side_outputs;  ///< Name, topic without prefix.
  std::vector<StoreConfig> stores;
  AdminConfig admin;
  struct Log {
    std::string level;
    std::string format;
  } log;
  /// Of a file that lists pipelines instead of stages: each as its own file has it. Of a part, only
  /// what concerns its events counts: topics, stages, side outputs, stores, key and size limit.
  std::vector<PipelineConfig> parts;
  bool keep_all = false;
  std::vector<std::string> keep;  ///< Topics between parts that are also written to the sink.
};

/// kInvalidConfig with every problem of the file, one per line: file, line, key, and the nearest
/// valid key. Nothing is opened but the file itself and the files that it lists under `pipelines`.
/// `registry` must outlive the result.
Result<PipelineConfig> CheckPipeline(Config& config, const Registry& registry);

}  // namespace sluice
