#include "engine/worker_metrics.h"

namespace sluice {
namespace {

const std::vector<double> kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                      0.25,  0.5,    1,     2.5,  5,     10};
const std::vector<double> kRecords = {1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000};

}  // namespace

WorkerMetrics::WorkerMetrics(MetricsRegistry& registry, MetricNames names)
    : registry_(registry),
      names_(std::move(names)),
      pipeline_{{"pipeline", names_.pipeline}},
      received_(Of("sluice_events_received_total", "Events decoded from input records.", {})),
      created_(Of("sluice_events_created_total", "Events made by stages.", {})),
      emitted_(Of("sluice_events_emitted_total", "Events sent to at least one route.", {})),
      bytes_(Of("sluice_received_bytes_total", "Bytes of input values.", {})),
      oversize_(Of("sluice_records_oversize_total",
                   "Records replaced because they exceed a size limit.", {})),
      unaccounted_(registry.GaugeOf("sluice_unaccounted_events",
                                    "received + created - emitted - diverted - dropped: must be 0.",
                                    pipeline_)),
      waiting_(registry.GaugeOf("sluice_waiting", "1 while a batch waits for an outside system.",
                                pipeline_)),
      transaction_seconds_(registry.HistogramOf("sluice_transaction_duration_seconds",
                                                "From the first record to the commit.", pipeline_,
                                                kSeconds)),
      commit_seconds_(registry.HistogramOf("sluice_commit_duration_seconds",
                                           "Begin, write and commit.", pipeline_, kSeconds)),
      transaction_records_(registry.HistogramOf(
          "sluice_transaction_records", "Input records per transaction.", pipeline_, kRecords)) {
  for (const std::string& stage : names_.stages) {
    stage_in_.push_back(
        &Of("sluice_stage_events_total", "Events that entered a stage.", {{"stage", stage}}));
  }
  for (const std::string& topic : names_.topics) {
    written_.push_back(
        &Of("sluice_records_sent_total", "Records committed per topic.", {{"topic", topic}}));
  }
  for (const std::string& counter : names_.job_counters) {
    job_.push_back(&Of("sluice_job_events_total",
                       "The job's own counters, by their original names.", {{"counter", counter}}));
  }
  for (const char* result : {"committed", "unavailable", "discard", "abort_transaction",
                             "recreate_producer", "refused", "fatal"}) {
    results_[result] =
        &Of("sluice_transactions_total", "Transactions by how they ended.", {{"result", result}});
  }
}

Counter& WorkerMetrics::Of(const std::string& name, const std::string& help, Labels labels) {
  labels.insert(labels.begin(), pipeline_.begin(), pipeline_.end());
  return registry_.CounterOf(name, help, labels);
}

void WorkerMetrics::Committed(const TransactionStats& stats, std::size_t records, Seconds total,
                              Seconds commit) {
  received_.Add(static_cast<double>(stats.ledger.received));
  created_.Add(static_cast<double>(stats.ledger.created));
  emitted_.Add(static_cast<double>(stats.ledger.emitted));
  bytes_.Add(static_cast<double>(stats.bytes_in));
  oversize_.Add(static_cast<double>(stats.oversize));
  total_ += stats.ledger;
  unaccounted_.Set(static_cast<double>(total_.Unaccounted()));
  AddStages(stats);
  AddDiversions(stats);
  for (std::size_t i = 0; i < stats.records_written.size(); ++i) {
    if (stats.records_written[i] > 0)
      written_[i]->Add(static_cast<double>(stats.records_written[i]));
  }
  for (std::size_t i = 0; i < stats.job_counters.size(); ++i) {
    if (stats.job_counters[i] > 0) job_[i]->Add(static_cast<double>(stats.job_counters[i]));
  }
  transaction_seconds_.Observe(total.count());
  commit_seconds_.Observe(commit.count());
  transaction_records_.Observe(static_cast<double>(records));
  results_["committed"]->Increment();
}

void WorkerMetrics::AddStages(const TransactionStats& stats) {
  for (std::size_t i = 0; i < stats.stages.size(); ++i) {
    if (stats.stages[i].in > 0) stage_in_[i]->Add(static_cast<double>(stats.stages[i].in));
  }
}

void WorkerMetrics::AddDiversions(const TransactionStats& stats) {
  for (const TransactionStats::Diversion& one : stats.diversions) {
    const std::string stage =
        one.stage == TransactionStats::kDecode ? "decode" : names_.stages[one.stage];
    Counter*& counter = diverted_[{stage, names_.side_outputs[one.side_output], one.reason}];
    if (counter == nullptr) {
      counter = &Of("sluice_events_diverted_total", "Events sent to a side output.",
                    {{"stage", stage},
                     {"side_output", names_.side_outputs[one.side_output]},
                     {"reason", one.reason}});
    }
    counter->Add(static_cast<double>(one.count));
  }
  for (const auto& [reason, count] : stats.drops) {
    Counter*& counter = dropped_[reason];
    if (counter == nullptr) {
      counter =
          &Of("sluice_events_dropped_total", "Events that end nowhere.", {{"reason", reason}});
    }
    counter->Add(static_cast<double>(count));
  }
}

void WorkerMetrics::Failed(std::string_view result) {
  const auto at = results_.find(std::string(result));
  if (at != results_.end()) at->second->Increment();
}

}  // namespace sluice
