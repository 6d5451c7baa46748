#include "engine/flow.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace sluice {
namespace {

/// What comes from the source into one of several pipelines is written again by those behind it.
constexpr std::size_t kWritesPerEdge = 4;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

}  // namespace

struct Flow::Member {
  Member(Part part, Outbox& outbox, Inboxes& inboxes, const QuarantineList& quarantine,
         MetricsRegistry& registry)
      : reads(std::move(part.reads)),
        pipeline(std::move(part.stages), part.names.pipeline, part.observer),
        collector(std::move(part.outputs), outbox, inboxes, quarantine, stats),
        runner(pipeline, collector, quarantine, stats, part.batch, part.records),
        metrics(registry, std::move(part.names)) {}

  [[nodiscard]] bool Reads(std::string_view topic) const {
    return std::ranges::find(reads, topic) != reads.end();
  }

  std::vector<std::string> reads;
  bool decides = true;  ///< No member before it reads one of its topics from the source.
  Pipeline pipeline;
  TransactionStats stats;
  OutputCollector collector;
  BatchRunner runner;
  PipelineMetrics metrics;
};

Flow::Flow(std::vector<Part> parts, MetricsRegistry& metrics, std::size_t max_output_bytes)
    : max_output_bytes_(max_output_bytes), inboxes_(parts.size()) {
  for (Part& part : parts) {
    auto member =
        std::make_unique<Member>(std::move(part), outbox_, inboxes_, quarantine_, metrics);
    for (const auto& earlier : members_) {
      for (const std::string& topic : member->reads) {
        member->decides = member->decides && !earlier->Reads(topic);
      }
    }
    members_.push_back(std::move(member));
  }
}

Flow::~Flow() = default;

void Flow::SetLimits(const std::vector<std::size_t>& sink_limits) {
  for (auto& member : members_) member->collector.SetLimits(sink_limits);
}

Result<std::size_t> Flow::Run(std::span<Record> records) {
  if (members_.size() == 1) return members_[0]->runner.Run(records, max_output_bytes_);
  left_.assign(records.size(), false);
  for (std::size_t i = 0; i < members_.size(); ++i) SLUICE_TRY(RunMember(i, records));
  return PartTaken(records);
}

Status Flow::RunMember(std::size_t index, std::span<const Record> records) {
  Member& member = *members_[index];
  from_source_.clear();
  places_.clear();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (left_[i] || !member.Reads(records[i].position.topic)) continue;
    from_source_.push_back(records[i]);
    places_.push_back(i);
  }
  // What an earlier member has taken must be taken here too.
  const auto taken = member.runner.Run(
      from_source_, member.decides ? max_output_bytes_ / kWritesPerEdge : kNoLimit);
  if (!taken) return taken.error();
  for (std::size_t i = taken.value(); i < places_.size(); ++i) left_[places_[i]] = true;
  const auto read = member.runner.Run(inboxes_[index], kNoLimit);
  inboxes_[index].clear();
  return read ? Ok() : Status(read.error());
}

std::size_t Flow::PartTaken(std::span<Record> records) const {
  std::vector<Record> left;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (left_[i]) {
      left.push_back(records[i]);
    } else {
      records[taken++] = records[i];
    }
  }
  std::ranges::copy(left, records.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
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
