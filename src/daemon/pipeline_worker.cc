#include "daemon/pipeline_worker.h"

#include <utility>

#include "config/guarantee.h"

namespace sluice {

Result<std::unique_ptr<PipelineWorker>> PipelineWorker::Build(SharedResources& shared, int index,
                                                              StatusSlot& status,
                                                              Watchdog& watchdog) {
  const PipelineConfig& config = shared.config;
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  std::unique_ptr<PipelineWorker> out(new PipelineWorker());
  out->name_ = status.snapshot()->worker;
  out->flow_ = std::move(built.value().flow);
  out->metrics_ = std::make_unique<WorkerMetrics>(shared.metrics, config.name);
  out->report_ = std::make_unique<WorkerReport>(status, *out->metrics_, shared.clock);
  out->source_topics_ = built.value().source_topics;
  out->graph_ = built.value().graph;
  auto ports = MakePorts(config, index, built.value(), watchdog, shared.log, shared.metrics);
  if (!ports) return std::move(ports).error();
  out->ports_ = std::move(ports).value();
  out->worker_ = std::make_unique<Worker>(
      Worker::Parts{.name = out->name_,
                    .source = *out->ports_.source,
                    .sink = *out->ports_.sink,
                    .flow = *out->flow_,
                    .topic_count = built.value().sink_topics.size(),
                    .joint_commit = CommitsJointly(config),
                    .transaction = {.max_events = config.transaction.max_events,
                                    .max_bytes = config.transaction.max_bytes,
                                    .linger = config.transaction.linger,
                                    .timeout = config.transaction.timeout},
                    .report = *out->report_,
                    .log = shared.log});
  return out;
}

Status PipelineWorker::Run(const std::stop_token& stop) {
  // What a store refuses ends the start although the brokers may be away; a store that is away is
  // the worker's to wait for.
  Status stores = flow_->Probe();
  if (!stores.ok() && stores.error().kind == ErrorKind::kInvalidConfig) return stores;
  return worker_->Run(stop);
}

}  // namespace sluice
