#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/guarantee.h"
#include "config/pipeline_config.h"
#include "engine/stage_observer.h"
#include "sluice/log.h"
#include "sluice/metrics.h"
#include "sluice/resources.h"
#include "sluice/store_spec.h"

namespace sluice {

/// What the workers of a process share while stages are built.
struct SharedResources {
  const Clock& clock;
  MetricsRegistry& metrics;
  const PipelineConfig& config;  ///< Of the process; its parts have stores of their own.
  Log log;
  StageObserver* observer = nullptr;  ///< Of every pipeline.
  /// Nothing is written to a store: claims are in memory, other writes are shown to the observer.
  bool dry_run = false;
  std::stop_token stop = {};  ///< Of the process.

  std::map<std::string, std::shared_ptr<const SchemaRegistry>> schemas = {};
  SharedObjects objects = {};
  StoreUse store_use = {};
};

/// Resources of one pipeline of a worker; hands out the ids that its metrics are then made with.
class WorkerResources final : public Resources {
 public:
  /// `part` is the process's own configuration, or one of its parts.
  WorkerResources(SharedResources& shared, const PipelineConfig& part);

  [[nodiscard]] const Clock& clock() const override { return shared_.clock; }
  TopicId Topic(const std::string& name) override;
  [[nodiscard]] std::string TopicName(const std::string& name) const override;
  Result<SideOutputId> SideOutput(const std::string& name) override;
  CounterId Counter(const std::string& name) override;
  Result<std::unique_ptr<ClaimStore>> Claims(const std::string& store) override;
  Result<std::unique_ptr<LookupStore>> Lookups(const std::string& store) override;
  Result<std::unique_ptr<TableStore>> Tables(const std::string& store) override;
  Result<std::unique_ptr<RowStore>> Rows(const std::string& store) override;
  Result<std::shared_ptr<const SchemaRegistry>> Schemas(const std::string& directory) override;

  /// What a stage asked for.
  struct Use {
    std::vector<std::string> topics;  ///< Real names.
    std::vector<std::string> side_outputs;
    std::vector<std::string> stores;
  };
  /// What was asked for since the last call, or since the start.
  Use TakeUse() { return std::exchange(use_, {}); }

  /// Real topic names by TopicId.
  [[nodiscard]] const std::vector<std::string>& topics() const { return topics_; }
  [[nodiscard]] const std::vector<std::string>& counters() const { return counters_; }

 private:
  Result<const StoreConfig*> StoreOf(const std::string& name);
  [[nodiscard]] StoreContext ContextOf(const StoreConfig& store) const;
  /// Shows writes to the store to the observer.
  [[nodiscard]] std::function<void(std::string_view)> WritesSeen(const std::string& store) const;

  SharedResources& shared_;
  const PipelineConfig& part_;
  std::vector<std::string> topics_;
  std::vector<std::string> counters_;
  Use use_;
};

}  // namespace sluice
