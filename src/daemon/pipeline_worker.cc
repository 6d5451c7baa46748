#include "daemon/pipeline_worker.h"

#include <spdlog/spdlog.h>

namespace sluice {
namespace {

void Log(const std::string& worker, std::string_view level, const std::string& text) {
  spdlog::log(spdlog::level::from_str(std::string(level)), "{}: {}", worker, text);
}

}  // namespace

Result<std::unique_ptr<PipelineWorker>> PipelineWorker::Build(SharedResources& shared, int index,
                                                              Readiness& readiness,
                                                              kafka::Watchdog& watchdog,
                                                              const kafka::LogSink& log) {
  const PipelineConfig& config = shared.config;
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  std::unique_ptr<PipelineWorker> out(new PipelineWorker());
  out->flow_ = std::move(built.value().flow);
  out->metrics_ = std::make_unique<WorkerMetrics>(shared.metrics, config.name);
  out->source_topics_ = built.value().source_topics;
  out->ports_ = MakePorts(config, index, built.value(), watchdog, log, shared.metrics);
  const std::string name = "worker " + std::to_string(index);
  out->worker_ = std::make_unique<Worker>(Worker::Parts{
      .name = name,
      .source = *out->ports_.source,
      .sink = *out->ports_.sink,
      .flow = *out->flow_,
      .topic_count = built.value().sink_topics.size(),
      .transaction = {.max_events = config.transaction.max_events,
                      .max_bytes = config.transaction.max_bytes,
                      .linger = config.transaction.linger},
      .metrics = *out->metrics_,
      .readiness = readiness,
      .log = [name](std::string_view level, const std::string& text) { Log(name, level, text); }});
  return out;
}

}  // namespace sluice
