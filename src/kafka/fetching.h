#pragma once

#include "kafka/handles.h"
#include "kafka/partition_table.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Where the library fetches, and whether it hands out: pauses, seeks and starts of the partitions
/// that a consumer owns, less those that are held. Each moves to its OwnedPartition::next.
/// Failures are kUnavailable. One thread.
class Fetching {
 public:
  /// `partitions` must outlive it.
  explicit Fetching(const PartitionTable& partitions) : partitions_(partitions) {}

  void Pause(rd_kafka_s* consumer);
  /// Undoes Pause, if there was one.
  Status Resume(rd_kafka_s* consumer);
  /// Fetches from `next` on, paused or not.
  Status Restart(rd_kafka_s* consumer);
  /// Gives all partitions to the library again: also one whose fetcher has stopped.
  Status StartAnew(rd_kafka_s* consumer);
  /// Before the partitions are taken: no pause of ours may stay in the library.
  void ResumeForGood(rd_kafka_s* consumer);

 private:
  Status Seek(rd_kafka_s* consumer);

  const PartitionTable& partitions_;
  bool paused_ = false;
};

}  // namespace sluice::kafka
