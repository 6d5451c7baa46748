#include <librdkafka/rdkafka.h>

#include <array>
#include <limits>
#include <thread>

#include "kafka/admin_client.h"
#include "kafka/errors.h"
#include "kafka/group_offsets.h"

namespace sluice::kafka {
namespace {

constexpr std::chrono::milliseconds kPause{100};

/// The brokers are about to find, or to load, a coordinator.
bool IsPassing(int code) {
  return code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR || code == RD_KAFKA_RESP_ERR__WAIT_COORD;
}

/// Calls until the code that comes back is a lasting one, or the time is up.
int Persist(std::chrono::milliseconds timeout, const std::function<int()>& call) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const int code = call();
    if (!IsPassing(code) || std::chrono::steady_clock::now() >= end) return code;
    std::this_thread::sleep_for(kPause);
  }
}

PartitionListHandle ListOf(const std::vector<PartitionId>& partitions) {
  PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const PartitionId& id : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition);
  }
  return list;
}

/// The one group of an answer about offsets: its code, or that of the first partition.
int CodeOf(const rd_kafka_group_result_t** groups, std::size_t count, PartitionId& failed) {
  if (count != 1) return RD_KAFKA_RESP_ERR__BAD_MSG;
  if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0]); error != nullptr) {
    return rd_kafka_error_code(error);
  }
  const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    failed = {list->elems[i].topic, list->elems[i].partition};
    return list->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

GroupDescription DescriptionOf(const rd_kafka_ConsumerGroupDescription_t* group) {
  GroupDescription out;
  out.state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group));
  const std::size_t count = rd_kafka_ConsumerGroupDescription_member_count(group);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* member = rd_kafka_ConsumerGroupDescription_member(group, i);
    out.members.push_back(
        {rd_kafka_MemberDescription_client_id(member), rd_kafka_MemberDescription_host(member)});
  }
  return out;
}

}  // namespace

AdminOptionsHandle AdminClient::Options(std::int32_t broker, bool stable) {
  AdminOptionsHandle options(rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_ANY));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms(), nullptr, 0);
  if (broker != kAnyBroker) {
    rd_kafka_AdminOptions_set_broker(options.get(), broker, nullptr, 0);
  }
  if (stable) {
    const ErrorHandle unused(rd_kafka_AdminOptions_set_require_stable_offsets(options.get(), 1));
  }
  return options;
}

EventHandle AdminClient::Await(const AdminOptionsHandle& options, const Send& send, int& error) {
  const QueueHandle queue(rd_kafka_queue_new(client_.get()));
  send(options.get(), queue.get());
  constexpr int kGraceMs = 1'000;
  EventHandle event(rd_kafka_queue_poll(queue.get(), timeout_ms() + kGraceMs));
  error = event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
  return event;
}

Result<std::int32_t> AdminClient::OneBroker() {
  auto brokers = Brokers();
  if (!brokers) return std::move(brokers).error();
  if (brokers.value().empty()) return ErrorOf(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking for a broker");
  return brokers.value().front().id;
}

Result<ServerSettings> AdminClient::TopicSettings(const std::string& name) {
  // Any broker knows; without one the library would wait for the controller.
  const auto broker = OneBroker();
  if (!broker) return broker.error();
  return Describe(RD_KAFKA_RESOURCE_TOPIC, name, broker.value());
}

Result<ServerSettings> AdminClient::BrokerSettings(std::int32_t id) {
  return Describe(RD_KAFKA_RESOURCE_BROKER, std::to_string(id), id);
}

Result<ServerSettings> AdminClient::Describe(int resource, const std::string& name,
                                             std::int32_t broker) {
  const auto type = static_cast<rd_kafka_ResourceType_t>(resource);
  const std::string what = "reading the settings of " +
                           std::string(type == RD_KAFKA_RESOURCE_TOPIC ? "topic " : "broker ") +
                           name;
  int error = 0;
  const EventHandle event = Await(
      Options(broker),
      [&](const rd_kafka_AdminOptions_s* options, rd_kafka_queue_s* queue) {
        rd_kafka_ConfigResource_t* wanted = rd_kafka_ConfigResource_new(type, name.c_str());
        rd_kafka_DescribeConfigs(client_.get(), &wanted, 1, options, queue);
        rd_kafka_ConfigResource_destroy(wanted);
      },
      error);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorOf(error, what);
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return ErrorOf(RD_KAFKA_RESP_ERR__BAD_MSG, what);
  if (const int code = rd_kafka_ConfigResource_error(resources[0]);
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ErrorOf(code, what);
  }
  ServerSettings settings;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) settings[rd_kafka_ConfigEntry_name(entries[i])] = value;
  }
  return settings;
}

Result<GroupDescription> AdminClient::Group(const std::string& name) {
  GroupDescription found;
  const int error = Persist(timeout_, [&] {
    int code = 0;
    const EventHandle event = Await(
        Options(),
        [&](const rd_kafka_AdminOptions_s* options, rd_kafka_queue_s* queue) {
          const char* wanted = name.c_str();
          rd_kafka_DescribeConsumerGroups(client_.get(), &wanted, 1, options, queue);
        },
        code);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
    std::size_t count = 0;
    const auto* groups = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
    if (count != 1) return static_cast<int>(RD_KAFKA_RESP_ERR__BAD_MSG);
    const rd_kafka_error_t* refused = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    if (refused != nullptr && rd_kafka_error_code(refused) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return static_cast<int>(rd_kafka_error_code(refused));
    }
    found = DescriptionOf(groups[0]);
    return 0;
  });
  // Kafka 4 says so where older brokers call it dead.
  if (error == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return GroupDescription{"Dead", {}};
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorOf(error, "describing group " + name);
  return found;
}

Result<PartitionOffsets> AdminClient::Committed(const std::string& group,
                                                const std::vector<PartitionId>& partitions,
                                                bool stable) {
  PartitionOffsets found;
  if (partitions.empty()) return found;
  PartitionId failed;
  const int error = Persist(timeout_, [&] {
    int code = 0;
    const EventHandle event = Await(
        Options(kAnyBroker, stable),
        [&](const rd_kafka_AdminOptions_s* options, rd_kafka_queue_s* queue) {
          const PartitionListHandle list = ListOf(partitions);
          rd_kafka_ListConsumerGroupOffsets_t* wanted =
              rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get());
          rd_kafka_ListConsumerGroupOffsets(client_.get(), &wanted, 1, options, queue);
          rd_kafka_ListConsumerGroupOffsets_destroy(wanted);
        },
        code);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
    std::size_t count = 0;
    const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
    code = CodeOf(groups, count, failed);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
    const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(groups[0]);
    for (int i = 0; i < list->cnt; ++i) {
      const rd_kafka_topic_partition_t& at = list->elems[i];
      found[{at.topic, at.partition}] = at.offset < 0 ? kNone : at.offset;
    }
    return 0;
  });
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return found;
  return ErrorOf(error, "reading the committed offsets of group " + group);
}

int AdminClient::Alter(const std::string& group, const PartitionOffsets& offsets,
                       PartitionId& refused) {
  return Persist(timeout_, [&] {
    int code = 0;
    const EventHandle event = Await(
        Options(),
        [&](const rd_kafka_AdminOptions_s* options, rd_kafka_queue_s* queue) {
          const PartitionListHandle list(
              rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
          for (const auto& [id, offset] : offsets) {
            rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition)->offset =
                offset;
          }
          rd_kafka_AlterConsumerGroupOffsets_t* wanted =
              rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get());
          rd_kafka_AlterConsumerGroupOffsets(client_.get(), &wanted, 1, options, queue);
          rd_kafka_AlterConsumerGroupOffsets_destroy(wanted);
        },
        code);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
    std::size_t count = 0;
    const rd_kafka_group_result_t** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
        rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()), &count);
    return CodeOf(groups, count, refused);
  });
}

Status AdminClient::SetCommitted(const std::string& group, const PartitionOffsets& offsets) {
  if (offsets.empty()) return Ok();
  PartitionId refused;
  const int error = Alter(group, offsets, refused);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Ok();
  std::string what = "setting the committed offsets of group " + group;
  if (!refused.topic.empty()) what += " for " + PartitionName(refused.topic, refused.partition);
  return ErrorOf(error, what);
}

Status AdminClient::TryCommit(const std::string& group, const std::string& topic) {
  constexpr std::int32_t kNoPartition = std::numeric_limits<std::int32_t>::max();
  PartitionId refused;
  const int error = Alter(group, {{{topic, kNoPartition}, 0}}, refused);
  // The brokers look at the rights first, then at the partition, then at the members.
  if (!IsMissingRight(error) && !IsUnreachable(error)) return Ok();
  return ErrorOf(error, "trying to commit offsets of topic " + topic + " for group " + group);
}

Status AdminClient::Create(const NewTopic& topic) {
  int error = 0;
  std::array<char, 512> text{};
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                                      topic.replication, text.data(), text.size());
  if (wanted == nullptr) {
    return Error{ErrorKind::kInvalidConfig, "topic " + topic.name + ": " + text.data()};
  }
  for (const auto& [name, value] : topic.settings) {
    rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
  }
  const EventHandle event = Await(
      Options(),
      [&](const rd_kafka_AdminOptions_s* options, rd_kafka_queue_s* queue) {
        rd_kafka_CreateTopics(client_.get(), &wanted, 1, options, queue);
      },
      error);
  rd_kafka_NewTopic_destroy(wanted);
  const std::string what = "creating topic " + topic.name;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorOf(error, what);
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  const int code =
      count == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Ok();
  const char* words = count == 1 ? rd_kafka_topic_result_error_string(results[0]) : nullptr;
  return ErrorOf(code, what, words == nullptr ? "" : words);
}

}  // namespace sluice::kafka
