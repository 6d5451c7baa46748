#include "daemon/explain.h"

#include <algorithm>
#include <utility>

#include "daemon/flow_builder.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "engine/event_trace.h"
#include "metrics/prometheus_metrics.h"
#include "util/clocks.h"
#include "util/join.h"

namespace sluice {
namespace {

Result<std::string> TopicOf(const PipelineConfig& pipeline, const BuiltFlow& built,
                            const ExplainOptions& options) {
  if (options.topic.empty()) return built.source_topics.front();
  for (const std::string& name : {options.topic, pipeline.topic_prefix + options.topic}) {
    if (std::ranges::find(built.source_topics, name) != built.source_topics.end()) return name;
  }
  return Error{ErrorKind::kInvalidConfig, "pipeline " + pipeline.name + " does not read " +
                                              options.topic + ", but " + Join(built.source_topics)};
}

}  // namespace

Status Explain(const PipelineConfig& pipeline, const ExplainOptions& options, std::istream& input,
               std::ostream& output) {
  PipelineConfig offline = options.live_lookups ? pipeline : Offline(pipeline);
  offline.keep_all = !offline.parts.empty();
  const SystemClock system_clock;
  const FixedClock fixed_clock(options.clock_ms.value_or(0));
  const Clock& clock = options.clock_ms ? static_cast<const Clock&>(fixed_clock) : system_clock;
  PrometheusMetrics metrics;
  EventTrace trace(output);
  SharedResources shared{clock, metrics, offline, NoLog()};
  shared.observer = &trace;
  shared.claims_in_memory = true;
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  Flow& flow = *built.value().flow;
  const auto topic = TopicOf(offline, built.value(), options);
  if (!topic) return topic.error();
  flow.SetLimits(
      std::vector<std::size_t>(built.value().sink_topics.size(), offline.sink.max_record_bytes));
  trace.Watch(flow.outbox(), built.value().sink_topics);
  std::int64_t offset = 0;
  for (std::string line; std::getline(input, line); ++offset) {
    const Record record{Position{topic.value(), 0, offset}, line};
    SLUICE_TRY(flow.Run({&record, 1}));
    flow.Reset();
  }
  return Ok();
}

}  // namespace sluice
