#include "kafka/admin_client.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>

#include "kafka/client_conf.h"
#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

/// Frees what rd_kafka_metadata gave.
struct MetadataDestroy {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDestroy>;

Metadata AskForMetadata(rd_kafka_s* client, rd_kafka_topic_s* topic, int timeout_ms, int& error) {
  const rd_kafka_metadata_t* metadata = nullptr;
  error = rd_kafka_metadata(client, 0, topic, &metadata, timeout_ms);
  return Metadata(metadata);
}

std::string AdviceOf(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return "; grant the right on the topic (kafka-acls --add)";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return "; grant Describe and Read on the group (kafka-acls --add --group)";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return "; grant the right on the cluster (kafka-acls --add --cluster)";
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      return "; the group has members: stop them first";
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
      return "; a transaction of the group is still open: try again in a minute";
    default:
      return {};
  }
}

}  // namespace

Result<std::unique_ptr<AdminClient>> AdminClient::ForSource(const KafkaSourceSettings& settings,
                                                            MetricsRegistry& metrics) {
  std::unique_ptr<AdminClient> out(
      new AdminClient(settings.brokers, settings.request_timeout, metrics));
  KafkaSourceSettings sparing = settings;
  // It reads single records, if any.
  sparing.options["queued.min.messages"] = "1";
  sparing.options["fetch.message.max.bytes"] = "65536";
  SLUICE_TRY(out->Make(true, ConsumerConf(sparing)));
  return out;
}

Result<std::unique_ptr<AdminClient>> AdminClient::ForSink(const KafkaSinkSettings& settings,
                                                          MetricsRegistry& metrics) {
  std::unique_ptr<AdminClient> out(
      new AdminClient(settings.brokers, settings.request_timeout, metrics));
  SLUICE_TRY(out->Make(false, AdminConf(settings)));
  return out;
}

Status AdminClient::Make(bool consumer, Result<ConfHandle> conf) {
  if (!conf) return std::move(conf).error();
  events_.Install(conf.value().get());
  std::array<char, 512> text{};
  client_.reset(rd_kafka_new(consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf.value().get(),
                             text.data(), text.size()));
  if (client_ == nullptr) {
    return Error{ErrorKind::kInvalidConfig,
                 "making the Kafka client: " + WithoutSecrets(text.data())};
  }
  conf.value().release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  return Ok();
}

AdminClient::~AdminClient() {
  // It was in no group, so there is none to leave.
  if (client_ != nullptr) {
    rd_kafka_destroy_flags(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
}

Error AdminClient::ErrorOf(int code, const std::string& what, const std::string& words) {
  rd_kafka_poll(client_.get(), 0);  // Takes in why connections failed.
  std::string text = "Kafka at " + brokers_ + ": " + what + ": ";
  if (!IsUnreachable(code)) {
    text += words.empty() ? CodeText(code) : words;
    return {ErrorKind::kInvalidConfig, text + AdviceOf(code)};
  }
  text += "no answer within " + std::to_string(timeout_.count()) + " ms";
  if (!events_.last_error().empty()) text += " (" + events_.last_error() + ")";
  return {ErrorKind::kUnavailable,
          text + "; check that the brokers run and that `brokers` and the login are right"};
}

Result<std::vector<BrokerDescription>> AdminClient::Brokers() {
  int error = 0;
  const Metadata metadata = AskForMetadata(client_.get(), nullptr, timeout_ms(), error);
  if (metadata == nullptr) return ErrorOf(error, "asking for the brokers");
  std::vector<BrokerDescription> brokers;
  for (int i = 0; i < metadata->broker_cnt; ++i) {
    const rd_kafka_metadata_broker& broker = metadata->brokers[i];
    brokers.push_back({broker.id, std::string(broker.host) + ":" + std::to_string(broker.port)});
  }
  std::ranges::sort(brokers, {}, &BrokerDescription::id);
  return brokers;
}

Result<TopicDescription> AdminClient::Topic(const std::string& name) {
  const TopicHandle topic(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  if (topic == nullptr) {
    return Error{ErrorKind::kInvalidConfig, "topic name `" + name + "` is not valid"};
  }
  int error = 0;
  const Metadata metadata = AskForMetadata(client_.get(), topic.get(), timeout_ms(), error);
  if (metadata == nullptr) return ErrorOf(error, "asking for topic " + name);
  TopicDescription out;
  out.name = name;
  const bool answered = metadata->topic_cnt == 1;
  const int code = answered ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  out.exists = code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
  if (!out.exists) {
    out.problem = CodeText(code);
    return out;
  }
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    const rd_kafka_metadata_partition& partition = metadata->topics[0].partitions[i];
    out.partitions.push_back({.id = partition.id,
                              .has_leader = partition.leader >= 0,
                              .replicas = static_cast<std::size_t>(partition.replica_cnt),
                              .in_sync = static_cast<std::size_t>(partition.isr_cnt)});
  }
  std::ranges::sort(out.partitions, {}, &PartitionDescription::id);
  return out;
}

Result<PartitionOffsets> AdminClient::OffsetsAt(const std::vector<PartitionId>& partitions,
                                                std::int64_t time_ms) {
  PartitionOffsets found;
  if (partitions.empty()) return found;
  const PartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const PartitionId& id : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition)->offset = time_ms;
  }
  // The library passes the two special times on to the brokers, which answer for all partitions of
  // a broker at once; the calls that ask for watermarks go one partition at a time.
  const rd_kafka_resp_err_t error =
      rd_kafka_offsets_for_times(client_.get(), list.get(), timeout_ms());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorOf(error, "asking for offsets");
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& partition = list->elems[i];
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    found[{partition.topic, partition.partition}] = std::max(partition.offset, kNone);
  }
  return found;
}

}  // namespace sluice::kafka
