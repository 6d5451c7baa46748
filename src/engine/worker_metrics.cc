#include "engine/worker_metrics.h"

#include <vector>

namespace sluice {
namespace {

const std::vector<double> kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                      0.25,  0.5,    1,     2.5,  5,     10};
const std::vector<double> kRecords = {1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000};

}  // namespace

WorkerMetrics::WorkerMetrics(MetricsRegistry& registry, const std::string& name)
    : waiting_(registry.GaugeOf("sluice_waiting", "Workers that wait for an outside system.",
                                {{"pipeline", name}})),
      transaction_seconds_(registry.HistogramOf("sluice_transaction_duration_seconds",
                                                "From the first record to the commit.",
                                                {{"pipeline", name}}, kSeconds)),
      commit_seconds_(registry.HistogramOf("sluice_commit_duration_seconds",
                                           "Begin, write and commit.", {{"pipeline", name}},
                                           kSeconds)),
      transaction_records_(registry.HistogramOf("sluice_transaction_records",
                                                "Input records per transaction.",
                                                {{"pipeline", name}}, kRecords)) {
  for (const char* result : {"committed", "unavailable", "discard", "abort_transaction",
                             "replace_sink", "refused", "fatal"}) {
    results_[result] =
        &registry.CounterOf("sluice_transactions_total", "Transactions by how they ended.",
                            {{"pipeline", name}, {"result", result}});
  }
}

void WorkerMetrics::Committed(std::size_t records, Seconds total, Seconds commit) {
  transaction_seconds_.Observe(total.count());
  commit_seconds_.Observe(commit.count());
  transaction_records_.Observe(static_cast<double>(records));
  results_["committed"]->Increment();
}

void WorkerMetrics::Failed(std::string_view result) {
  const auto at = results_.find(result);
  if (at != results_.end()) at->second->Increment();
}

}  // namespace sluice
