#include "engine/flow.h"

#include <algorithm>

namespace sluice {

struct Flow::Member {
  Member(Part part, Outbox& outbox, Inboxes& inboxes, const QuarantineList& quarantine,
         MetricsRegistry& registry)
      : reads(std::move(part.reads)),
        pipeline(std::move(part.stages), part.names.pipeline, part.observer),
        collector(std::move(part.outputs), outbox, inboxes, quarantine, stats),
        runner(pipeline, collector, quarantine, stats, part.batch, part.records),
        metrics(registry, std::move(part.names)) {}

  std::vector<std::string> reads;
  Pipeline pipeline;
  TransactionStats stats;
  OutputCollector collector;
  BatchRunner runner;
  PipelineMetrics metrics;
};

Flow::Flow(std::vector<Part> parts, MetricsRegistry& metrics) : inboxes_(parts.size()) {
  for (Part& part : parts) {
    members_.push_back(
        std::make_unique<Member>(std::move(part), outbox_, inboxes_, quarantine_, metrics));
  }
}

Flow::~Flow() = default;

void Flow::SetLimits(const std::vector<std::size_t>& sink_limits) {
  for (auto& member : members_) member->collector.SetLimits(sink_limits);
}

Status Flow::Run(std::span<const Record> records) {
  if (members_.size() == 1) return members_[0]->runner.Run(records);
  Distribute(records);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    SLUICE_TRY(members_[i]->runner.Run(inboxes_[i]));
    inboxes_[i].clear();
  }
  return Ok();
}

void Flow::Distribute(std::span<const Record> records) {
  for (const Record& record : records) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const auto& reads = members_[i]->reads;
      if (std::ranges::find(reads, record.position.topic) != reads.end()) {
        inboxes_[i].push_back(record);
      }
    }
  }
}

Status Flow::Probe() {
  for (auto& member : members_) SLUICE_TRY(member->pipeline.Probe());
  return Ok();
}

void Flow::Committed() {
  for (auto& member : members_) member->metrics.Committed(member->stats);
}

std::vector<PipelineStatus> Flow::PipelineStatuses() const {
  std::vector<PipelineStatus> statuses;
  statuses.reserve(members_.size());
  for (const auto& member : members_) statuses.push_back(member->metrics.Status());
  return statuses;
}

void Flow::Reset() {
  outbox_.Reset();
  for (auto& inbox : inboxes_) inbox.clear();
  for (auto& member : members_) member->stats.Reset();
}

}  // namespace sluice
