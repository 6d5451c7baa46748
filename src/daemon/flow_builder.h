#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/resources.h"
#include "engine/flow.h"
#include "engine/flow_graph.h"

namespace sluice {

/// A worker's pipelines, and the topics that its ports are to be made with.
struct BuiltFlow {
  std::unique_ptr<Flow> flow;
  std::vector<std::string> source_topics;  ///< Real names.
  std::vector<std::string> sink_topics;    ///< Real names, by the sink's TopicId.
  FlowGraph graph;
};

/// Builds the stages of every pipeline of the configuration; kInvalidConfig where one can't be, or
/// where they don't fit together (PlanFlow).
Result<BuiltFlow> BuildFlow(SharedResources& shared);

}  // namespace sluice
