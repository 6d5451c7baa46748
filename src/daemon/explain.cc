#include "daemon/explain.h"

#include <algorithm>
#include <utility>

#include "daemon/flow_builder.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "engine/event_trace.h"
#include "files/line_reader.h"
#include "metrics/prometheus_metrics.h"
#include "util/clocks.h"
#include "util/join.h"

namespace sluice {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 20;

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

Status Explain(const PipelineConfig& pipeline, const ExplainOptions& options,
               const std::string& input, std::ostream& output) {
  PipelineConfig offline = options.live_lookups ? pipeline : Offline(pipeline);
  offline.keep_all = !offline.parts.empty();
  const SystemClock system_clock;
  const FixedClock fixed_clock(options.clock_ms.value_or(0));
  const Clock& clock = options.clock_ms ? static_cast<const Clock&>(fixed_clock) : system_clock;
  PrometheusMetrics metrics;
  EventTrace trace(output);
  SharedResources shared{clock, metrics, offline, NoLog()};
  shared.observer = &trace;
  shared.dry_run = true;
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  Flow& flow = *built.value().flow;
  const auto topic = TopicOf(offline, built.value(), options);
  if (!topic) return topic.error();
  flow.SetLimits(
      std::vector<std::size_t>(built.value().sink_topics.size(), offline.sink.max_record_bytes));
  trace.Watch(flow.outbox(), built.value().sink_topics);
  auto lines = LineReader::Open(input, kLongestLine);
  if (!lines) return std::move(lines).error();
  std::string_view line;
  for (std::int64_t offset = 0;; ++offset) {
    const auto more = lines.value().Next(line);
    if (!more) return more.error();
    if (!more.value()) return Ok();
    Record record{Position{topic.value(), 0, offset}, line};
    const auto run = flow.Run({&record, 1});
    if (!run) return run.error();
    flow.Reset();
  }
}

}  // namespace sluice
