#include "daemon/pipeline_worker.h"

#include <spdlog/spdlog.h>

namespace sluice {
namespace {

const std::vector<double> kStageSeconds = {0.00001, 0.00005, 0.0001, 0.0005, 0.001,
                                           0.005,   0.01,    0.05,   0.1,    1};

Result<std::vector<NamedStage>> BuildStages(SharedResources& shared, WorkerResources& resources) {
  std::vector<NamedStage> stages;
  std::map<std::string, int> seen;
  for (const StageConfig& config : shared.config.stages) {
    auto stage = config.spec->build(*config.node, resources);
    if (!stage) return std::move(stage).error().Wrap(config.spec->name);
    // A stage that stands twice gets a number: route, route_2.
    const int nth = ++seen[config.spec->name];
    std::string name = config.spec->name + (nth > 1 ? "_" + std::to_string(nth) : "");
    Histogram& duration = shared.metrics.HistogramOf(
        "sluice_stage_duration_seconds", "Time that a stage takes for a batch, without waiting.",
        {{"pipeline", shared.config.name}, {"stage", name}}, kStageSeconds);
    stages.push_back({std::move(name), std::move(stage).value(), &duration});
  }
  return stages;
}

void Log(const std::string& worker, std::string_view level, const std::string& text) {
  spdlog::log(spdlog::level::from_str(std::string(level)), "{}: {}", worker, text);
}

}  // namespace

Result<std::unique_ptr<PipelineWorker>> PipelineWorker::Build(SharedResources& shared, int index,
                                                              Readiness& readiness,
                                                              kafka::Watchdog& watchdog,
                                                              const kafka::LogSink& log) {
  const PipelineConfig& config = shared.config;
  WorkerResources resources(shared);
  auto stages = BuildStages(shared, resources);
  if (!stages) return std::move(stages).error();

  OutputSettings outputs;
  MetricNames names;
  names.pipeline = config.name;
  for (const auto& [name, topic] : config.side_outputs) {
    outputs.side_outputs.push_back({name, resources.Topic(topic)});
    names.side_outputs.push_back(name);
  }
  auto failed = resources.SideOutput("failed");
  if (!failed) return std::move(failed).error();
  outputs.failed = failed.value();
  for (const std::string& pointer : config.sink.key) outputs.key.emplace_back(pointer);
  outputs.position_header = config.sink.position_header;
  for (const NamedStage& stage : stages.value()) names.stages.push_back(stage.name);
  names.topics = resources.topics();
  names.job_counters = resources.counters();

  std::unique_ptr<PipelineWorker> out(new PipelineWorker());
  out->pipeline_ = std::make_unique<Pipeline>(std::move(stages).value());
  out->metrics_ = std::make_unique<WorkerMetrics>(shared.metrics, names);
  out->ports_ = MakePorts(config, index, resources.topics(), watchdog, log, shared.metrics);
  const std::string name = "worker " + std::to_string(index);
  out->worker_ = std::make_unique<Worker>(Worker::Parts{
      .name = name,
      .source = *out->ports_.source,
      .sink = *out->ports_.sink,
      .pipeline = *out->pipeline_,
      .outputs = std::move(outputs),
      .topic_count = names.topics.size(),
      .max_record_bytes = config.sink.max_record_bytes,
      .batch = {.max_events = config.batch_max_events},
      .transaction = {.max_events = config.transaction.max_events,
                      .max_bytes = config.transaction.max_bytes,
                      .linger = config.transaction.linger},
      .metrics = *out->metrics_,
      .readiness = readiness,
      .log = [name](std::string_view level, const std::string& text) { Log(name, level, text); }});
  return out;
}

}  // namespace sluice
