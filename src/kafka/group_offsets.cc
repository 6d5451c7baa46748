#include "kafka/group_offsets.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <string>

#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

int Ms(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

std::string NameOf(const rd_kafka_topic_partition_t& partition) {
  return PartitionName(partition.topic, partition.partition);
}

Error OffsetError(int code, const std::string& what) {
  return {KindOfConsumerError(code), what + ": " + CodeText(code)};
}

/// The code of the first partition that failed.
Status FirstError(const rd_kafka_topic_partition_list_s* list, const std::string& what) {
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& partition = list->elems[i];
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return OffsetError(partition.err, what + " of " + NameOf(partition));
    }
  }
  return Ok();
}

Result<std::int64_t> OffsetFromReset(rd_kafka_s* consumer,
                                     const rd_kafka_topic_partition_t& partition, OffsetReset reset,
                                     std::chrono::milliseconds timeout) {
  if (reset == OffsetReset::kError) {
    return Error{ErrorKind::kUnavailable,
                 "the group has no committed offset for " + NameOf(partition) +
                     " and auto_offset_reset is error: stop sluice and set one "
                     "(kafka-consumer-groups --reset-offsets), or choose earliest or latest"};
  }
  std::int64_t low = 0;
  std::int64_t high = 0;
  const rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
      consumer, partition.topic, partition.partition, &low, &high, Ms(timeout));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return OffsetError(err, "asking for the first and last offset of " + NameOf(partition));
  }
  return reset == OffsetReset::kEarliest ? low : high;
}

}  // namespace

std::string PartitionName(std::string_view topic, std::int32_t partition) {
  return std::string(topic) + "[" + std::to_string(partition) + "]";
}

std::string PlacesOf(const rd_kafka_topic_partition_list_s* list) {
  std::string text;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& at = list->elems[i];
    text += (text.empty() ? "" : ", ") + PartitionName(at.topic, at.partition) + " at " +
            std::to_string(at.offset);
  }
  return text;
}

PartitionListHandle OffsetList(const Checkpoint& checkpoint) {
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(checkpoint.size())));
  for (const NextOffset& next : checkpoint) {
    rd_kafka_topic_partition_list_add(list.get(), std::string(next.topic).c_str(), next.partition)
        ->offset = next.offset;
  }
  return list;
}

Status ResolveStartOffsets(rd_kafka_s* consumer, rd_kafka_topic_partition_list_s* list,
                           OffsetReset reset, std::chrono::milliseconds timeout,
                           const Checkpoint& known) {
  if (list->cnt == 0) return Ok();
  const std::string what = "reading the committed offset";
  const rd_kafka_resp_err_t err = rd_kafka_committed(consumer, list, Ms(timeout));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) return OffsetError(err, what);
  SLUICE_TRY(FirstError(list, what));
  for (const NextOffset& next : known) {
    rd_kafka_topic_partition_t* partition =
        rd_kafka_topic_partition_list_find(list, std::string(next.topic).c_str(), next.partition);
    // Without any offset the topic is a new one.
    if (partition != nullptr && partition->offset >= 0) {
      partition->offset = std::max(partition->offset, next.offset);
    }
  }
  const PartitionListHandle fresh(rd_kafka_topic_partition_list_new(1));
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_t& partition = list->elems[i];
    if (partition.offset >= 0) continue;
    Result<std::int64_t> start = OffsetFromReset(consumer, partition, reset, timeout);
    if (!start) return std::move(start).error();
    partition.offset = start.value();
    rd_kafka_topic_partition_list_add(fresh.get(), partition.topic, partition.partition)->offset =
        partition.offset;
  }
  if (fresh->cnt == 0) return Ok();
  return CommitOffsets(consumer, fresh.get(), timeout);
}

Status CommitOffsets(rd_kafka_s* consumer, const rd_kafka_topic_partition_list_s* offsets,
                     std::chrono::milliseconds timeout) {
  // The plain synchronous call takes no time-out.
  const QueueHandle queue(rd_kafka_queue_new(consumer));
  const std::string what = "committing the offset";
  const rd_kafka_resp_err_t err =
      rd_kafka_commit_queue(consumer, offsets, queue.get(), nullptr, nullptr);
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) return OffsetError(err, what);
  const EventHandle event(rd_kafka_queue_poll(queue.get(), Ms(timeout)));
  if (event == nullptr) return OffsetError(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  if (const auto* list = rd_kafka_event_topic_partition_list(event.get()); list != nullptr) {
    SLUICE_TRY(FirstError(list, what));
  }
  const rd_kafka_resp_err_t result = rd_kafka_event_error(event.get());
  if (result != RD_KAFKA_RESP_ERR_NO_ERROR) return OffsetError(result, what);
  return Ok();
}

}  // namespace sluice::kafka
