#include "kafka/topic_limits.h"

#include <librdkafka/rdkafka.h>

#include <charconv>
#include <map>
#include <string_view>

#include "kafka/errors.h"
#include "kafka/topic_presence.h"

namespace sluice::kafka {
namespace {

constexpr std::string_view kMaxMessageBytes = "max.message.bytes";
/// 61 bytes for the set, the rest for the lengths of the record and of its headers.
constexpr std::size_t kFraming = 512;

Result<std::int32_t> AnyBroker(rd_kafka_s* client, std::chrono::milliseconds timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t err =
      rd_kafka_metadata(client, 0, nullptr, &metadata, static_cast<int>(timeout.count()));
  const std::string what = "asking for the cluster's brokers: ";
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{ErrorKind::kUnavailable, what + CodeText(err)};
  }
  const std::int32_t id = metadata->broker_cnt == 0 ? -1 : metadata->brokers[0].id;
  rd_kafka_metadata_destroy(metadata);
  if (id < 0) return Error{ErrorKind::kUnavailable, what + "there is none"};
  return id;
}

/// Any broker knows; without `broker` the library would wait for the controller.
EventHandle DescribeTopics(rd_kafka_s* client, const std::vector<std::string>& topics,
                           std::int32_t broker, std::chrono::milliseconds timeout) {
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  const int timeout_ms = static_cast<int>(timeout.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, nullptr, 0);
  rd_kafka_AdminOptions_set_broker(options.get(), broker, nullptr, 0);
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const std::string& topic : topics) {
    resources.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  }
  const QueueHandle queue(rd_kafka_queue_new(client));
  rd_kafka_DescribeConfigs(client, resources.data(), resources.size(), options.get(), queue.get());
  rd_kafka_ConfigResource_destroy_array(resources.data(), resources.size());
  constexpr int kGraceMs = 1'000;
  return EventHandle(rd_kafka_queue_poll(queue.get(), timeout_ms + kGraceMs));
}

std::size_t LimitOf(const rd_kafka_ConfigResource_t* resource, std::size_t fallback) {
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigEntry_name(entries[i]) != kMaxMessageBytes) continue;
    const char* text = rd_kafka_ConfigEntry_value(entries[i]);
    std::size_t value = 0;
    if (text == nullptr) continue;
    const std::string_view digits(text);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (value > 0) return value;
  }
  return fallback;
}

}  // namespace

Result<std::vector<std::size_t>> ReadTopicLimits(rd_kafka_s* client,
                                                 const std::vector<std::string>& topics,
                                                 std::size_t fallback,
                                                 std::chrono::milliseconds timeout) {
  std::vector<std::size_t> limits(topics.size(), fallback);
  if (topics.empty()) return limits;
  Result<std::int32_t> broker = AnyBroker(client, timeout);
  if (!broker) return std::move(broker).error();
  const EventHandle event = DescribeTopics(client, topics, broker.value(), timeout);
  const int error =
      event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
  if (IsUnreachable(error)) {
    return Error{ErrorKind::kUnavailable,
                 "reading the settings of the sink topics: " + CodeText(error)};
  }
  // What the answer does not cover, for want of a right or in an old broker, keeps the fallback.
  std::vector<std::string> unproven;
  std::map<std::string, const rd_kafka_ConfigResource_t*> answered;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    std::size_t count = 0;
    const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
      answered[rd_kafka_ConfigResource_name(resources[i])] = resources[i];
    }
  }
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const auto found = answered.find(topics[i]);
    if (found != answered.end() &&
        rd_kafka_ConfigResource_error(found->second) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      limits[i] = LimitOf(found->second, fallback);
    } else {
      unproven.push_back(topics[i]);
    }
  }
  SLUICE_TRY(CheckTopicsExist(client, unproven, "sink", timeout));
  return limits;
}

std::size_t RecordBytesWithin(std::size_t topic_limit) {
  return topic_limit > kFraming ? topic_limit - kFraming : 0;
}

}  // namespace sluice::kafka
