#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/handles.h"
#include "kafka/metrics.h"
#include "sluice/checkpoint.h"

namespace sluice::kafka {

/// Records of one partition that are not committed yet.
struct PartitionLag {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t records = 0;
};

/// One partition that this consumer owns.
struct OwnedPartition {
  static constexpr std::int64_t kUnknown = -1;

  std::string_view topic;  ///< Interned: valid as long as the table.
  std::int32_t partition = 0;
  std::int64_t next = 0;  ///< Offset after the last record taken from the library.
  std::int64_t committed = 0;
  std::int64_t high = kUnknown;  ///< End of the partition, as far as known.
  /// Offsets that hold no records, at the end of what was read: markers of transactions, and
  /// records of aborted ones. From `gap_begin` up to and without `gap_end`.
  std::int64_t gap_begin = kUnknown;
  std::int64_t gap_end = kUnknown;
  std::string stalled;  ///< Why it stands still, for the operator; empty: it does not.
  bool held = false;    ///< Nothing is taken from it now.
  std::shared_ptr<Gauge> lag;

  /// All up to `offset` was fetched, and nothing of it is left.
  void ReachedEnd(std::int64_t offset);
  /// True if all that was read is committed, and only a gap lies behind it.
  [[nodiscard]] bool CanPassGap() const {
    return committed >= gap_begin && committed < gap_end && next == gap_end;
  }
};

/// The partitions that a consumer owns, and how far each has come. One thread.
class PartitionTable {
 public:
  explicit PartitionTable(SourceMetrics& metrics) : metrics_(metrics) {}
  PartitionTable(const PartitionTable&) = delete;
  PartitionTable& operator=(const PartitionTable&) = delete;

  /// Replaces all partitions by those of `list`, which start at its (committed) offsets.
  void Assign(const rd_kafka_topic_partition_list_s* list);
  void Clear();
  /// Moves the partitions to the (committed) offsets of `list`.
  void MoveTo(const rd_kafka_topic_partition_list_s* list);

  /// nullptr if it is not owned.
  OwnedPartition* Find(std::string_view topic, std::int32_t partition);
  [[nodiscard]] std::vector<OwnedPartition>& partitions() { return partitions_; }
  [[nodiscard]] const std::vector<OwnedPartition>& partitions() const { return partitions_; }
  [[nodiscard]] bool empty() const { return partitions_.empty(); }

  enum class Which : std::uint8_t { kAll, kNotHeld };
  /// The partitions, each with its `next` as offset.
  [[nodiscard]] PartitionListHandle List(Which which = Which::kAll) const;

  /// Takes over the ends that the last fetches of `consumer` saw, and sets the lag gauges.
  void RefreshLag(rd_kafka_s* consumer);
  [[nodiscard]] std::vector<PartitionLag> Lag() const;
  /// What is known to be committed of each.
  [[nodiscard]] Checkpoint Committed() const;

 private:
  std::string_view Intern(std::string_view topic);

  SourceMetrics& metrics_;
  std::vector<OwnedPartition> partitions_;
  std::size_t last_found_ = 0;
  std::set<std::string, std::less<>> topics_;
};

}  // namespace sluice::kafka
