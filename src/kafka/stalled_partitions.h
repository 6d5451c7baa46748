#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "kafka/client_events.h"
#include "kafka/handles.h"
#include "kafka/partition_table.h"
#include "kafka/settings.h"
#include "sluice/result.h"
#include "util/backoff.h"

namespace sluice::kafka {

/// Partitions that stand still while the others are read: a corrupt set of records, an offset that
/// the broker does not have, a right that is missing. None of their records is skipped: what the
/// library gives after the fault is dropped, and the same offset is tried again, with backoff.
/// OwnedPartition::stalled says why; the log says it once. One thread.
class StalledPartitions {
 public:
  /// Both must outlive it.
  StalledPartitions(const KafkaSourceSettings& settings, ClientEvents& events)
      : settings_(settings), events_(events) {}

  /// The library reported an error of a partition: holds it.
  void Note(rd_kafka_s* consumer, OwnedPartition& partition, int code, const std::string& text);
  /// Tries at most one of them again, if its time has come. True if fetching must be started anew
  /// for all partitions, each at its `next`, for it to be read.
  bool Retry(rd_kafka_s* consumer, PartitionTable& partitions);
  /// Partitions were taken: what was wrong with one of them is another member's matter.
  void Clear() { entries_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    std::string topic;
    std::int32_t partition = 0;
    int code = 0;
    Backoff backoff{std::chrono::milliseconds{500}, std::chrono::seconds{10}};
    Clock::time_point next;
    bool on_trial = false;  ///< It is read again; over once nothing was wrong for a while.
    bool explained = false;
  };

  Entry* Find(const OwnedPartition& partition);
  void Put(rd_kafka_s* consumer, Entry& entry, OwnedPartition& partition);
  bool RetryOne(rd_kafka_s* consumer, Entry& entry, OwnedPartition& partition);
  /// Whether the broker now has the offset, or gives the right; otherwise says what to do.
  Status Ask(rd_kafka_s* consumer, Entry& entry, OwnedPartition& partition);
  Status AskForRange(rd_kafka_s* consumer, OwnedPartition& partition);

  const KafkaSourceSettings& settings_;
  ClientEvents& events_;
  std::vector<Entry> entries_;
};

}  // namespace sluice::kafka
