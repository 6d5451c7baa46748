#include "unit/kafka/kafka_client.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace sluice::kafka {
namespace {

constexpr int kAnswerMs = 15'000;

std::optional<std::string> TextOf(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(bytes), size);
}

SeenRecord RecordOf(const rd_kafka_message_t& message) {
  SeenRecord record{TextOf(message.key, message.key_len), TextOf(message.payload, message.len), {}};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, TextOf(value, size).value_or("(null)"));
  }
  return record;
}

}  // namespace

ClientHandle NewClient(rd_kafka_type_t type, const Properties& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 256> text{};
  for (const auto& [name, value] : properties) {
    EXPECT_EQ(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()),
              RD_KAFKA_CONF_OK)
        << text.data();
  }
  ClientHandle client(rd_kafka_new(type, conf, text.data(), text.size()));
  EXPECT_NE(client, nullptr) << text.data();
  return client;
}

void CreateTopic(const std::string& brokers, const std::string& topic, int partitions,
                 const Properties& settings) {
  const ClientHandle client = NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}});
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, nullptr, 0);
  for (const auto& [name, value] : settings) {
    rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
  }
  rd_kafka_CreateTopics(client.get(), &wanted, 1, nullptr, queue.get());
  rd_kafka_NewTopic_destroy(wanted);
  const EventHandle event(rd_kafka_queue_poll(queue.get(), kAnswerMs));
  ASSERT_NE(event, nullptr) << "no answer from " << brokers;
  ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void DeleteTopic(const std::string& brokers, const std::string& topic) {
  const ClientHandle client = NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}});
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client.get(), &request, 1, nullptr, queue.get());
  rd_kafka_DeleteTopic_destroy(request);
  const EventHandle event(rd_kafka_queue_poll(queue.get(), kAnswerMs));
  ASSERT_NE(event, nullptr) << "no answer from " << brokers;
  ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void WriteTopic(const std::string& brokers, const std::string& topic, std::int32_t partition,
                const std::vector<std::string>& values) {
  const ClientHandle client = NewClient(
      RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}, {"message.max.bytes", "100000000"}});
  const TopicHandle handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  for (const std::string& value : values) {
    ASSERT_EQ(rd_kafka_produce(handle.get(), partition, RD_KAFKA_MSG_F_COPY,
                               const_cast<char*>(value.data()), value.size(), nullptr, 0, nullptr),
              0);
  }
  ASSERT_EQ(rd_kafka_flush(client.get(), kAnswerMs), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void WriteRecord(const std::string& brokers, const std::string& topic, const Record& record) {
  const ClientHandle client = NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}});
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value ? header.value->data() : nullptr,
                        static_cast<ssize_t>(header.value.value_or("").size()));
  }
  const TopicHandle handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  const auto memory = [](rd_kafka_vtype_t type, const std::optional<std::string_view>& bytes) {
    rd_kafka_vu_t argument{};
    argument.vtype = type;
    argument.u.mem.ptr = bytes ? const_cast<char*>(bytes->data()) : nullptr;
    argument.u.mem.size = bytes.value_or("").size();
    return argument;
  };
  std::array<rd_kafka_vu_t, 7> arguments{};
  arguments[0].vtype = RD_KAFKA_VTYPE_RKT;
  arguments[0].u.rkt = handle.get();
  arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[1].u.i32 = record.position.partition;
  arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[2].u.i = RD_KAFKA_MSG_F_COPY;
  arguments[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  arguments[3].u.i64 = record.timestamp_ms;
  arguments[4] = memory(RD_KAFKA_VTYPE_KEY, record.key);
  arguments[5] = memory(RD_KAFKA_VTYPE_VALUE, record.value);
  arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS;
  arguments[6].u.headers = headers;
  const ErrorHandle error(rd_kafka_produceva(client.get(), arguments.data(), arguments.size()));
  ASSERT_EQ(error, nullptr);
  ASSERT_EQ(rd_kafka_flush(client.get(), kAnswerMs), RD_KAFKA_RESP_ERR_NO_ERROR);
}

std::vector<SeenRecord> ReadTopic(const std::string& brokers, const std::string& topic,
                                  std::size_t count) {
  const ClientHandle reader = NewClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers},
                                                            {"group.id", "reader"},
                                                            {"isolation.level", "read_committed"}});
  const PartitionListHandle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0)->offset = 0;
  rd_kafka_assign(reader.get(), list.get());
  std::vector<SeenRecord> records;
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kAnswerMs);
  while (std::chrono::steady_clock::now() < end) {
    const MessageHandle message(rd_kafka_consumer_poll(reader.get(), 50));
    if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    records.push_back(RecordOf(*message));
    if (records.size() == count) {
      end = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    }
  }
  return records;
}

void DeleteRecordsBefore(const std::string& brokers, const std::string& topic,
                         std::int32_t partition, std::int64_t offset) {
  const ClientHandle client = NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}});
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  const PartitionListHandle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
  rd_kafka_DeleteRecords(client.get(), &request, 1, nullptr, queue.get());
  rd_kafka_DeleteRecords_destroy(request);
  const EventHandle event(rd_kafka_queue_poll(queue.get(), kAnswerMs));
  ASSERT_NE(event, nullptr) << "no answer from " << brokers;
  ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
}

}  // namespace sluice::kafka
