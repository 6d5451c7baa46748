#pragma once

#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/ledger.h"
#include "sluice/metrics.h"

namespace sluice {

/// Names behind the ids that the stats count by.
struct MetricNames {
  std::string pipeline;
  std::vector<std::string> stages;
  std::vector<std::string> side_outputs;
  std::vector<std::string> topics;
  std::vector<std::string> job_counters;
};

/// The engine's metrics of one worker; workers of a pipeline add to the same series.
class WorkerMetrics {
 public:
  using Seconds = std::chrono::duration<double>;

  WorkerMetrics(MetricsRegistry& registry, MetricNames names);

  /// Adds what a transaction counted; called once it is committed.
  void Committed(const TransactionStats& stats, std::size_t records, Seconds total, Seconds commit);
  /// A transaction that did not come to pass; `result` is the error kind.
  void Failed(std::string_view result);
  void Waiting(bool waiting) { waiting_.Set(waiting ? 1 : 0); }

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
  Gauge& unaccounted_;
  Gauge& waiting_;
  Histogram& transaction_seconds_;
  Histogram& commit_seconds_;
  Histogram& transaction_records_;
  std::vector<Counter*> stage_in_;
  std::vector<Counter*> written_;
  std::vector<Counter*> job_;
  std::map<std::tuple<std::string, std::string, std::string>, Counter*> diverted_;
  std::map<std::string, Counter*> dropped_;
  std::map<std::string, Counter*> results_;
  Ledger total_;
};

}  // namespace sluice
