#include "engine/worker_history.h"

#include <algorithm>

namespace sluice {

void WorkerHistory::Committed(std::span<const Record> records, Milliseconds total,
                              Milliseconds commit, std::int64_t now_ms) {
  ++open_.transactions;
  open_.records += records.size();
  open_.most_records = std::max<std::uint64_t>(open_.most_records, records.size());
  open_.total_ms += total.count();
  open_.longest_ms = std::max(open_.longest_ms, total.count());
  open_.commit_ms += commit.count();
  PartitionTime* time = nullptr;
  for (const Record& record : records) {
    if (record.timestamp_ms <= 0) continue;
    ages_.Add(now_ms - record.timestamp_ms);
    // Records of a partition mostly follow each other.
    if (time == nullptr || time->partition != record.position.partition ||
        time->topic != record.position.topic) {
      time = &TimeOf(record.position);
    }
    time->ms = record.timestamp_ms;
  }
}

WorkerHistory::PartitionTime& WorkerHistory::TimeOf(const Position& position) {
  for (PartitionTime& known : times_) {
    if (known.partition == position.partition && known.topic == position.topic) return known;
  }
  return times_.emplace_back(
      PartitionTime{std::string(position.topic), position.partition, 0, true});
}

bool WorkerHistory::Turn(std::int64_t now_ms) {
  // A wall clock that was set back begins the span anew.
  const std::int64_t length = now_ms - begin_ms_;
  if (length >= 0 && length < kSpan.count()) return false;
  open_.end_ms = now_ms;
  open_.length_ms = std::max<std::int64_t>(length, 0);
  open_.age_p50_ms = ages_.Quantile(0.5);
  open_.age_p99_ms = ages_.Quantile(0.99);
  if (length > 0) points_.push_back(open_);
  if (points_.size() > kPoints) points_.pop_front();
  open_ = {};
  ages_.Reset();
  begin_ms_ = now_ms;
  return true;
}

void WorkerHistory::AddTimes(std::vector<PartitionStatus>& partitions) {
  for (PartitionTime& time : times_) time.owned = false;
  for (PartitionStatus& partition : partitions) {
    for (PartitionTime& time : times_) {
      if (time.partition != partition.partition || time.topic != partition.topic) continue;
      partition.committed_ms = time.ms;
      time.owned = true;
    }
  }
  std::erase_if(times_, [](const PartitionTime& time) { return !time.owned; });
}

}  // namespace sluice
