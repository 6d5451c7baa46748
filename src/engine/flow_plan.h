#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// The topics of one pipeline, by their real names.
struct PipelineTopics {
  std::string name;
  std::vector<std::string> reads;
  std::vector<std::string> writes;
};

/// How the pipelines of a process hang together by topic (design.md 6).
struct FlowPlan {
  std::vector<std::size_t> order;          ///< Writers before readers; else as they were given.
  std::vector<std::string> source_topics;  ///< Read from the source: what nobody writes.
  std::vector<std::string> sink_topics;    ///< Written to the sink.
  std::vector<std::vector<std::string>>
      from_source;  ///< By pipeline: which of its topics those are.
};

struct KeepTopics {
  bool all = false;
  std::vector<std::string> topics;  ///< Edges that are also written to the sink.
};

/// `also_read` are topics that are read from the source although a pipeline writes them, because
/// others outside write them too. kInvalidConfig: pipelines that feed themselves, a name that no
/// pipeline writes under `keep`, or a topic that is both kept and read.
Result<FlowPlan> PlanFlow(const std::vector<PipelineTopics>& pipelines, const KeepTopics& keep,
                          const std::vector<std::string>& also_read);

}  // namespace sluice
