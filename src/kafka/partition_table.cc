#include "kafka/partition_table.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

namespace sluice::kafka {
namespace {

std::int64_t LagOf(const OwnedPartition& partition) {
  return std::max<std::int64_t>(0, partition.high - partition.committed);
}

}  // namespace

void OwnedPartition::ReachedEnd(std::int64_t offset) {
  if (offset <= next) return;
  if (gap_end != next) gap_begin = next;
  gap_end = offset;
  next = offset;
}

void PartitionTable::Assign(const rd_kafka_topic_partition_list_s* list) {
  Clear();
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& from = list->elems[i];
    OwnedPartition& to = partitions_.emplace_back();
    to.topic = Intern(from.topic);
    to.partition = from.partition;
    to.next = from.offset;
    to.committed = from.offset;
    to.lag = metrics_.Lag(to.topic, to.partition);
  }
}

void PartitionTable::MoveTo(const rd_kafka_topic_partition_list_s* list) {
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& to = list->elems[i];
    OwnedPartition* owned = Find(to.topic, to.partition);
    if (owned == nullptr) continue;
    const bool in_gap = to.offset >= owned->gap_begin && to.offset < owned->gap_end;
    // The broker may have deleted what the gap holds: there is nothing to read in it.
    owned->next = in_gap ? owned->gap_end : to.offset;
    owned->committed = to.offset;
  }
}

void PartitionTable::Clear() {
  // Their next owner reports the lag.
  partitions_.clear();
  last_found_ = 0;
}

OwnedPartition* PartitionTable::Find(std::string_view topic, std::int32_t partition) {
  const auto matches = [&](const OwnedPartition& owned) {
    return owned.partition == partition && owned.topic == topic;
  };
  // Records come in runs of one partition.
  if (last_found_ < partitions_.size() && matches(partitions_[last_found_])) {
    return &partitions_[last_found_];
  }
  const auto found = std::ranges::find_if(partitions_, matches);
  if (found == partitions_.end()) return nullptr;
  last_found_ = static_cast<std::size_t>(found - partitions_.begin());
  return &*found;
}

PartitionListHandle PartitionTable::List(Which which) const {
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions_.size())));
  for (const OwnedPartition& partition : partitions_) {
    if (which == Which::kNotHeld && partition.held) continue;
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.data(), partition.partition)
        ->offset = partition.next;
  }
  return list;
}

void PartitionTable::RefreshLag(rd_kafka_s* consumer) {
  for (OwnedPartition& partition : partitions_) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const bool known =
        rd_kafka_get_watermark_offsets(consumer, partition.topic.data(), partition.partition, &low,
                                       &high) == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (known) partition.high = std::max(partition.high, high);
    partition.lag->Set(static_cast<double>(LagOf(partition)));
  }
}

std::vector<PartitionLag> PartitionTable::Lag() const {
  std::vector<PartitionLag> lag;
  lag.reserve(partitions_.size());
  for (const OwnedPartition& partition : partitions_) {
    lag.push_back({partition.topic, partition.partition, LagOf(partition)});
  }
  return lag;
}

Checkpoint PartitionTable::Committed() const {
  Checkpoint committed;
  for (const OwnedPartition& owned : partitions_) {
    committed.push_back({owned.topic, owned.partition, owned.committed});
  }
  return committed;
}

std::string_view PartitionTable::Intern(std::string_view topic) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) found = topics_.emplace(topic).first;
  return *found;
}

}  // namespace sluice::kafka
