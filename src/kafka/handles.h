#pragma once

#include <memory>

// librdkafka's own structs, declared here so that users of this folder never compile its header.
struct rd_kafka_s;
struct rd_kafka_AdminOptions_s;
struct rd_kafka_conf_s;
struct rd_kafka_consumer_group_metadata_s;
struct rd_kafka_error_s;
struct rd_kafka_message_s;
struct rd_kafka_op_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_topic_s;

namespace sluice::kafka {

/// Frees each of the library's objects by its own function.
struct Destroy {
  void operator()(rd_kafka_s* client) const noexcept;
  void operator()(rd_kafka_AdminOptions_s* options) const noexcept;
  void operator()(rd_kafka_conf_s* conf) const noexcept;
  void operator()(rd_kafka_consumer_group_metadata_s* metadata) const noexcept;
  void operator()(rd_kafka_error_s* error) const noexcept;
  void operator()(rd_kafka_message_s* message) const noexcept;
  void operator()(rd_kafka_op_s* event) const noexcept;
  void operator()(rd_kafka_queue_s* queue) const noexcept;
  void operator()(rd_kafka_topic_partition_list_s* list) const noexcept;
  void operator()(rd_kafka_topic_s* topic) const noexcept;
};

template <typename T>
using Handle = std::unique_ptr<T, Destroy>;

using AdminOptionsHandle = Handle<rd_kafka_AdminOptions_s>;
using ClientHandle = Handle<rd_kafka_s>;
using ConfHandle = Handle<rd_kafka_conf_s>;
using ErrorHandle = Handle<rd_kafka_error_s>;
using EventHandle = Handle<rd_kafka_op_s>;
using GroupMetadataHandle = Handle<rd_kafka_consumer_group_metadata_s>;
using MessageHandle = Handle<rd_kafka_message_s>;
using PartitionListHandle = Handle<rd_kafka_topic_partition_list_s>;
using QueueHandle = Handle<rd_kafka_queue_s>;
using TopicHandle = Handle<rd_kafka_topic_s>;

static_assert(sizeof(ClientHandle) == sizeof(void*));

}  // namespace sluice::kafka
