#include <librdkafka/rdkafka.h>

#include "kafka/admin_client.h"

namespace sluice::kafka {
namespace {

constexpr int kSliceMs = 100;

PartitionListHandle ListOf(const PartitionOffsets& offsets) {
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [id, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition)->offset = offset;
  }
  return list;
}

/// Nothing more is fetched of a partition that has answered.
void Pause(rd_kafka_s* client, const PartitionId& id) {
  rd_kafka_pause_partitions(client, ListOf({{id, 0}}).get());
}

}  // namespace

PartitionOffsets AdminClient::TimestampsAt(const PartitionOffsets& offsets) {
  PartitionOffsets found;
  PartitionOffsets open = offsets;
  if (open.empty() || rd_kafka_type(client_.get()) != RD_KAFKA_CONSUMER ||
      rd_kafka_assign(client_.get(), ListOf(offsets).get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return found;
  }
  const auto end = std::chrono::steady_clock::now() + timeout_;
  while (!open.empty() && std::chrono::steady_clock::now() < end) {
    const MessageHandle message(rd_kafka_consumer_poll(client_.get(), kSliceMs));
    if (message == nullptr || message->rkt == nullptr) continue;
    const PartitionId id{rd_kafka_topic_name(message->rkt), message->partition};
    // An error of the partition, its end among them, is an answer too: there is no record.
    if (open.erase(id) == 0) continue;
    Pause(client_.get(), id);
    rd_kafka_timestamp_type_t type{};
    const std::int64_t time = rd_kafka_message_timestamp(message.get(), &type);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && time >= 0) found[id] = time;
  }
  rd_kafka_assign(client_.get(), nullptr);
  return found;
}

}  // namespace sluice::kafka
