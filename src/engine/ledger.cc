#include "engine/ledger.h"

#include <algorithm>

namespace sluice {

Ledger& Ledger::operator+=(const Ledger& other) {
  received += other.received;
  created += other.created;
  emitted += other.emitted;
  diverted += other.diverted;
  dropped += other.dropped;
  return *this;
}

void TransactionStats::AddDiversion(std::size_t stage, SideOutputId side_output, Reason reason) {
  // Reasons are literals, but the same text may stand at two addresses: the metrics add those up.
  for (Diversion& known : diversions) {
    if (known.stage == stage && known.side_output == side_output && known.reason == reason) {
      ++known.count;
      return;
    }
  }
  diversions.push_back({stage, side_output, reason, 1});
}

void TransactionStats::AddRouted(TopicId topic) {
  // What is written of a diverted event counts as its diversion.
  if (writer == kDecode) return;
  std::vector<std::uint64_t>& routed = stages[writer].routed;
  if (routed.size() <= topic) routed.resize(topic + std::size_t{1});
  ++routed[topic];
}

void TransactionStats::AddDrop(Reason reason) {
  for (auto& [known, count] : drops) {
    if (known == reason) {
      ++count;
      return;
    }
  }
  drops.emplace_back(reason, 1);
}

void TransactionStats::Reset() {
  ledger = {};
  diversions.clear();
  drops.clear();
  for (StageCount& stage : stages) {
    stage.in = stage.created = 0;
    std::ranges::fill(stage.routed, 0);
  }
  std::ranges::fill(job_counters, 0);
  std::ranges::fill(records_written, 0);
  bytes_in = 0;
  oversize = 0;
  refused = 0;
  failures.Reset();
  writer = kDecode;
}

}  // namespace sluice
