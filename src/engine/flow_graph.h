#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// What a process is made of, for the operator: pipelines, and what connects them. It does not
/// change while the process runs. Topics have their real names.
struct FlowGraph {
  struct Stage {
    std::string name;     ///< As in metrics: "route_2".
    std::string summary;  ///< What it does.
    std::vector<std::string> topics;
    std::vector<std::string> side_outputs;
    std::vector<std::string> stores;
  };
  struct Input {
    std::string topic;
    bool from_source = false;
    bool from_memory = false;  ///< Another pipeline of this process writes it.
  };
  struct Pipeline {
    std::string name;
    std::vector<Input> reads;
    std::vector<Stage> stages;
    std::vector<std::pair<std::string, std::string>> side_outputs;  ///< Name, topic.
  };
  struct Store {
    std::string name;
    std::string kind;  ///< "redis"
  };
  std::vector<Pipeline> pipelines;       ///< Writers before readers.
  std::vector<std::string> sink_topics;  ///< Written to the sink; the others stay in memory.
  std::vector<Store> stores;
};

/// The body of /graph: one JSON object.
std::string FlowGraphJson(const FlowGraph& graph);

}  // namespace sluice
