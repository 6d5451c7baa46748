#include "daemon/ports.h"

#include <string>
#include <utility>

#include "config/guarantee.h"

namespace sluice {

Result<Ports> MakePorts(const PipelineConfig& config, int worker, const BuiltFlow& flow,
                        Watchdog& watchdog, const Log& log, MetricsRegistry& metrics) {
  const PortContext common{.pipeline = config.name,
                           .worker = worker,
                           .topics = {},
                           .metrics = metrics,
                           .watchdog = watchdog,
                           .log = log};
  SourceContext from{common, config.topic_prefix};
  from.topics = flow.source_topics;
  auto source = config.source.spec->build(*config.source.node, from);
  if (!source) return std::move(source).error();

  const std::string& member = config.source.traits.member;
  SinkContext to{common, (member.empty() ? config.name : member) + "." + std::to_string(worker),
                 CommitsJointly(config), config.sink.max_record_bytes, config.transaction.timeout};
  to.topics = flow.sink_topics;
  auto sink = config.sink.spec->build(*config.sink.node, to);
  if (!sink) return std::move(sink).error();
  return Ports{std::move(source).value(), std::move(sink).value()};
}

}  // namespace sluice
