#include "kafka/message_buffer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <new>
#include <span>

namespace sluice::kafka {
namespace {

/// The library's own memory, which lasts as long as the message.
std::span<const Header> HeadersOf(const rd_kafka_message_s& message, Arena& arena) {
  rd_kafka_headers_t* list = nullptr;
  // Reads the headers at its first call, but without any it only looks at their length.
  if (rd_kafka_message_headers(&message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const std::size_t count = rd_kafka_header_cnt(list);
  auto* headers = reinterpret_cast<Header*>(arena.Allocate(count * sizeof(Header)));
  for (std::size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    rd_kafka_header_get_all(list, i, &name, &value, &size);
    auto* header = new (headers + i) Header{name, std::nullopt};
    if (value != nullptr) header->value.emplace(static_cast<const char*>(value), size);
  }
  return {headers, count};
}

Record RecordOf(const rd_kafka_message_s& message, std::string_view topic, Arena& arena) {
  Record record;
  record.position.topic = topic;
  record.position.partition = message.partition;
  record.position.offset = message.offset;
  if (message.payload != nullptr) {
    record.value.emplace(static_cast<const char*>(message.payload), message.len);
  }
  if (message.key != nullptr) {
    record.key.emplace(static_cast<const char*>(message.key), message.key_len);
  }
  record.headers = HeadersOf(message, arena);
  record.timestamp_ms = std::max<std::int64_t>(0, rd_kafka_message_timestamp(&message, nullptr));
  return record;
}

}  // namespace

MessageBuffer::~MessageBuffer() {
  DropTaken();
  Release();
}

void MessageBuffer::Take(MessageHandle message, PartitionTable& partitions) {
  OwnedPartition* owner = partitions.Find(rd_kafka_topic_name(message->rkt), message->partition);
  if (owner == nullptr || owner->held || message->offset < owner->next) return;
  owner->next = message->offset + 1;
  taken_.push_back(message.release());
}

std::size_t MessageBuffer::HandOut(std::size_t max_records, std::size_t max_bytes,
                                   PartitionTable& partitions, std::vector<Record>& records) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (has_taken() && records.size() < max_records && bytes < max_bytes) {
    rd_kafka_message_s* message = taken_[taken_begin_++];
    handed_out_.push_back(message);
    const OwnedPartition* owner =
        partitions.Find(rd_kafka_topic_name(message->rkt), message->partition);
    records.push_back(RecordOf(*message, owner->topic, headers_));
    bytes += message->len;
    ++count;
  }
  if (!has_taken()) {
    taken_.clear();
    taken_begin_ = 0;
  }
  if (count > 0) mean_bytes_ = std::max<std::size_t>(1, (mean_bytes_ + bytes / count) / 2);
  return bytes;
}

void MessageBuffer::DropTaken() {
  for (std::size_t i = taken_begin_; i < taken_.size(); ++i) rd_kafka_message_destroy(taken_[i]);
  taken_.clear();
  taken_begin_ = 0;
}

void MessageBuffer::Release() {
  for (rd_kafka_message_s* message : handed_out_) rd_kafka_message_destroy(message);
  handed_out_.clear();
  headers_.Reset();
}

}  // namespace sluice::kafka
