#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/ledger.h"
#include "engine/status.h"
#include "sluice/metrics.h"

namespace sluice {

/// Names behind the ids that the stats of a pipeline count by.
struct MetricNames {
  std::string pipeline;
  std::vector<std::string> stages;
  std::vector<std::string> side_outputs;
  std::vector<std::string> topics;
  std::vector<std::string> job_counters;
};

/// What a pipeline did with its events; workers add to the same series.
class PipelineMetrics {
 public:
  PipelineMetrics(MetricsRegistry& registry, MetricNames names);

  /// Adds what a transaction counted; called once it is committed.
  void Committed(const TransactionStats& stats);

  /// The sums of this worker since the start.
  [[nodiscard]] PipelineStatus Status() const;

 private:
  Counter& Of(const std::string& name, const std::string& help, Labels labels);
  void AddStages(const TransactionStats& stats);
  void AddDiversions(const TransactionStats& stats);

  MetricsRegistry& registry_;
  MetricNames names_;
  Labels pipeline_;
  Counter& received_;
  Counter& created_;
  Counter& emitted_;
  Counter& bytes_;
  Counter& oversize_;
  Counter& refused_;
  Gauge& unaccounted_;
  std::vector<Counter*> stage_in_;
  std::vector<Counter*> written_;
  std::vector<Counter*> job_;
  struct Total {
    Counter* counter = nullptr;
    std::uint64_t count = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Total> diverted_;
  std::map<std::string, Total> dropped_;
  Ledger total_;
  std::vector<std::uint64_t> stage_totals_;
  std::vector<std::uint64_t> written_totals_;
  std::vector<std::vector<std::uint64_t>> routed_totals_;  ///< By stage and TopicId.
  TopFailures failures_;
};

}  // namespace sluice
