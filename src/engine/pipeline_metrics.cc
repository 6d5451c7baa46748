#include "engine/pipeline_metrics.h"

namespace sluice {
namespace {

/// How many kinds of failure are published.
constexpr std::size_t kShownFailures = 10;

}  // namespace

PipelineMetrics::PipelineMetrics(MetricsRegistry& registry, MetricNames names)
    : registry_(registry),
      names_(std::move(names)),
      pipeline_{{"pipeline", names_.pipeline}},
      received_(Of("sluice_events_received_total", "Events decoded from input records.", {})),
      created_(Of("sluice_events_created_total", "Events made by stages.", {})),
      emitted_(Of("sluice_events_emitted_total", "Events sent to at least one route.", {})),
      bytes_(Of("sluice_received_bytes_total", "Bytes of input values.", {})),
      oversize_(Of("sluice_records_oversize_total",
                   "Records replaced because they exceed a size limit.", {})),
      refused_(Of("sluice_records_refused_total",
                  "Records replaced because the sink refused them, other than for their size.",
                  {})),
      unaccounted_(registry.GaugeOf("sluice_unaccounted_events",
                                    "received + created - emitted - diverted - dropped: must be 0.",
                                    pipeline_)),
      stage_totals_(names_.stages.size()),
      written_totals_(names_.topics.size()),
      routed_totals_(names_.stages.size(), std::vector<std::uint64_t>(names_.topics.size())) {
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
}

Counter& PipelineMetrics::Of(const std::string& name, const std::string& help, Labels labels) {
  labels.insert(labels.begin(), pipeline_.begin(), pipeline_.end());
  return registry_.CounterOf(name, help, labels);
}

void PipelineMetrics::Committed(const TransactionStats& stats) {
  received_.Add(static_cast<double>(stats.ledger.received));
  created_.Add(static_cast<double>(stats.ledger.created));
  emitted_.Add(static_cast<double>(stats.ledger.emitted));
  bytes_.Add(static_cast<double>(stats.bytes_in));
  oversize_.Add(static_cast<double>(stats.oversize));
  refused_.Add(static_cast<double>(stats.refused));
  total_ += stats.ledger;
  unaccounted_.Add(static_cast<double>(stats.ledger.Unaccounted()));
  AddStages(stats);
  AddDiversions(stats);
  failures_.Add(stats.failures.failures());
  for (std::size_t i = 0; i < stats.records_written.size(); ++i) {
    if (stats.records_written[i] == 0) continue;
    written_[i]->Add(static_cast<double>(stats.records_written[i]));
    written_totals_[i] += stats.records_written[i];
  }
  for (std::size_t i = 0; i < stats.job_counters.size(); ++i) {
    if (stats.job_counters[i] > 0) job_[i]->Add(static_cast<double>(stats.job_counters[i]));
  }
}

PipelineStatus PipelineMetrics::Status() const {
  PipelineStatus status;
  status.name = names_.pipeline;
  status.ledger = total_;
  status.failures = failures_.Top(kShownFailures);
  for (std::size_t i = 0; i < stage_totals_.size(); ++i) {
    status.stages.emplace_back(names_.stages[i], stage_totals_[i]);
    for (std::size_t topic = 0; topic < names_.topics.size(); ++topic) {
      const std::uint64_t count = routed_totals_[i][topic];
      if (count > 0) status.routed.push_back({names_.stages[i], names_.topics[topic], count});
    }
  }
  for (const auto& [key, total] : diverted_) {
    const auto& [stage, side_output, reason] = key;
    status.diverted.push_back({stage, side_output, reason, total.count});
  }
  for (const auto& [reason, total] : dropped_) status.dropped.emplace_back(reason, total.count);
  for (std::size_t i = 0; i < written_totals_.size(); ++i) {
    status.topics.emplace_back(names_.topics[i], written_totals_[i]);
  }
  return status;
}

void PipelineMetrics::AddStages(const TransactionStats& stats) {
  for (std::size_t i = 0; i < stats.stages.size(); ++i) {
    if (stats.stages[i].in == 0) continue;
    stage_in_[i]->Add(static_cast<double>(stats.stages[i].in));
    stage_totals_[i] += stats.stages[i].in;
    for (std::size_t topic = 0; topic < stats.stages[i].routed.size(); ++topic) {
      routed_totals_[i][topic] += stats.stages[i].routed[topic];
    }
  }
}

void PipelineMetrics::AddDiversions(const TransactionStats& stats) {
  for (const TransactionStats::Diversion& one : stats.diversions) {
    const std::string stage =
        one.stage == TransactionStats::kDecode ? "decode" : names_.stages[one.stage];
    Total& total = diverted_[{stage, names_.side_outputs[one.side_output], one.reason}];
    if (total.counter == nullptr) {
      total.counter = &Of("sluice_events_diverted_total", "Events sent to a side output.",
                          {{"stage", stage},
                           {"side_output", names_.side_outputs[one.side_output]},
                           {"reason", one.reason}});
    }
    total.counter->Add(static_cast<double>(one.count));
    total.count += one.count;
  }
  for (const auto& [reason, count] : stats.drops) {
    Total& total = dropped_[reason];
    if (total.counter == nullptr) {
      total.counter =
          &Of("sluice_events_dropped_total", "Events that end nowhere.", {{"reason", reason}});
    }
    total.counter->Add(static_cast<double>(count));
    total.count += count;
  }
}

}  // namespace sluice
