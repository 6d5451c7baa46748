#include "kafka/handles.h"

#include <librdkafka/rdkafka.h>

namespace sluice::kafka {

void Destroy::operator()(rd_kafka_s* client) const noexcept { rd_kafka_destroy(client); }

void Destroy::operator()(rd_kafka_AdminOptions_s* options) const noexcept {
  rd_kafka_AdminOptions_destroy(options);
}

void Destroy::operator()(rd_kafka_conf_s* conf) const noexcept { rd_kafka_conf_destroy(conf); }

void Destroy::operator()(rd_kafka_consumer_group_metadata_s* metadata) const noexcept {
  rd_kafka_consumer_group_metadata_destroy(metadata);
}

void Destroy::operator()(rd_kafka_error_s* error) const noexcept { rd_kafka_error_destroy(error); }

void Destroy::operator()(rd_kafka_message_s* message) const noexcept {
  rd_kafka_message_destroy(message);
}

void Destroy::operator()(rd_kafka_op_s* event) const noexcept { rd_kafka_event_destroy(event); }

void Destroy::operator()(rd_kafka_queue_s* queue) const noexcept { rd_kafka_queue_destroy(queue); }

void Destroy::operator()(rd_kafka_topic_partition_list_s* list) const noexcept {
  rd_kafka_topic_partition_list_destroy(list);
}

void Destroy::operator()(rd_kafka_topic_s* topic) const noexcept { rd_kafka_topic_destroy(topic); }

}  // namespace sluice::kafka
