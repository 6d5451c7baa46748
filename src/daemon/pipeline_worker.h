#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "daemon/flow_builder.h"
#include "daemon/ports.h"
#include "engine/worker.h"
#include "util/watchdog.h"

namespace sluice {

/// One worker with everything that it owns, built from the configuration.
class PipelineWorker {
 public:
  /// Builds stages, ports and loop, and connects to nothing; kInvalidConfig where the configuration
  /// can't be.
  static Result<std::unique_ptr<PipelineWorker>> Build(SharedResources& shared, int index,
                                                       StatusSlot& status, Watchdog& watchdog);

  /// On the calling thread until stopped or done (Worker::Run).
  Status Run(const std::stop_token& stop);

  /// "worker 0".
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const FlowGraph& graph() const { return graph_; }
  /// Real names of the topics that are read.
  [[nodiscard]] const std::vector<std::string>& source_topics() const { return source_topics_; }

 private:
  PipelineWorker() = default;

  std::string name_;
  std::unique_ptr<Flow> flow_;
  std::unique_ptr<WorkerMetrics> metrics_;
  std::unique_ptr<WorkerReport> report_;
  std::vector<std::string> source_topics_;
  FlowGraph graph_;
  Ports ports_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace sluice
