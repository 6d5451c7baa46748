#include "operations/topics.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "operations/json_output.h"
#include "operations/text_table.h"
#include "operations/topic_checks.h"
#include "util/join.h"

namespace sluice {
namespace {

using State = TopicReport::State;

TopicReport& TopicOf(std::map<std::pair<std::string, std::string>, TopicReport>& topics,
                     const std::string& brokers, const std::string& name, const KafkaUse& use,
                     const ShapeOverrides& overrides) {
  TopicReport& topic = topics[{brokers, name}];
  if (!topic.name.empty()) return topic;
  topic.brokers = brokers;
  topic.name = name;
  const bool prefixed = name.starts_with(use.topic_prefix);
  const auto bytes =
      use.sink ? use.sink->max_record_bytes : kafka::KafkaSinkSettings::kDefaultMaxRecordBytes;
  topic.wanted = PlatformShape(prefixed ? name.substr(use.topic_prefix.size()) : name,
                               static_cast<std::int64_t>(bytes), overrides);
  return topic;
}

/// A client for each cluster, with the login of a file that uses it.
class Clients {
 public:
  explicit Clients(const std::vector<KafkaUse>& uses) : uses_(uses) {}

  Result<kafka::AdminClient*> Of(const std::string& brokers) {
    auto& client = clients_[brokers];
    if (client != nullptr) return client.get();
    for (const KafkaUse& use : uses_) {
      const bool as_sink = use.sink && use.sink->brokers == brokers;
      if (!as_sink && (!use.source || use.source->brokers != brokers)) continue;
      auto made = as_sink ? kafka::AdminClient::ForSink(*use.sink, metrics_)
                          : kafka::AdminClient::ForSource(*use.source, metrics_);
      if (!made) return std::move(made).error();
      client = std::move(made).value();
      return client.get();
    }
    return Error{ErrorKind::kFatal, "no file uses the brokers " + brokers};
  }

 private:
  const std::vector<KafkaUse>& uses_;
  PrometheusMetrics metrics_;
  std::map<std::string, std::unique_ptr<kafka::AdminClient>> clients_;
};

Status Create(kafka::AdminClient& client, int brokers, TopicReport& topic) {
  kafka::NewTopic wanted{.name = topic.name,
                         .partitions = topic.wanted.partitions,
                         .replication = std::min(topic.wanted.replication, brokers),
                         .settings = SettingsOf(topic.wanted)};
  SLUICE_TRY(client.Create(wanted));
  topic.state = State::kCreated;
  topic.actual = topic.wanted;
  topic.actual->replication = wanted.replication;
  topic.notes.clear();
  return Ok();
}

Status Examine(kafka::AdminClient& client, bool create, TopicReport& topic) {
  const auto brokers = client.Brokers();
  if (!brokers) return brokers.error();
  const int broker_count = static_cast<int>(brokers.value().size());
  const auto found = client.Topic(topic.name);
  if (!found) return found.error();
  if (!found.value().exists) {
    topic.state = State::kMissing;
    topic.notes = {found.value().problem};
    return create ? Create(client, broker_count, topic) : Ok();
  }
  TopicShape& actual = topic.actual.emplace();
  actual.partitions = static_cast<int>(found.value().partitions.size());
  for (const auto& partition : found.value().partitions) {
    const int replicas = static_cast<int>(partition.replicas);
    actual.replication =
        actual.replication == 0 ? replicas : std::min(actual.replication, replicas);
  }
  const auto settings = client.TopicSettings(topic.name);
  if (settings) {
    actual.retention_ms = NumberOf(settings.value(), "retention.ms");
    actual.max_message_bytes = NumberOf(settings.value(), "max.message.bytes");
  } else if (settings.error().kind == ErrorKind::kUnavailable) {
    return settings.error();
  }
  topic.notes = Shortfalls(actual, topic.wanted, broker_count);
  topic.state = topic.notes.empty() ? State::kOk : State::kDiffers;
  if (!settings) topic.notes.emplace_back("settings not readable: grant DescribeConfigs");
  return Ok();
}

const char* NameOf(State state) {
  switch (state) {
    case State::kOk:
      return "ok";
    case State::kMissing:
      return "missing";
    case State::kDiffers:
      return "differs";
    case State::kCreated:
      return "created";
  }
  return "";
}

std::string Shown(const std::optional<std::int64_t>& number, bool duration) {
  if (!number) return "-";
  if (duration && *number < 0) return "unlimited";
  return duration ? DurationText(*number) : std::to_string(*number);
}

void PutShape(JsonWriter& json, const char* name, const std::optional<TopicShape>& shape) {
  PutName(json, name);
  if (!shape) {
    json.Null();
    return;
  }
  json.StartObject();
  Put(json, "partitions", std::int64_t{shape->partitions});
  Put(json, "replication", std::int64_t{shape->replication});
  PutIf(json, "retention_ms", shape->retention_ms.has_value(), shape->retention_ms.value_or(0));
  PutIf(json, "max_message_bytes", shape->max_message_bytes.has_value(),
        shape->max_message_bytes.value_or(0));
  json.EndObject();
}

void PutTopic(JsonWriter& json, const TopicReport& topic) {
  const auto put = [](JsonWriter& to, const std::string& text) { Put(to, text); };
  json.StartObject();
  Put(json, "brokers", topic.brokers);
  Put(json, "topic", topic.name);
  Put(json, "state", NameOf(topic.state));
  PutShape(json, "wanted", topic.wanted);
  PutShape(json, "actual", topic.actual);
  PutList(json, "read_by", topic.read_by, put);
  PutList(json, "written_by", topic.written_by, put);
  PutList(json, "notes", topic.notes, put);
  json.EndObject();
}

}  // namespace

std::vector<TopicReport> NeededTopics(const std::vector<KafkaUse>& uses,
                                      const ShapeOverrides& overrides) {
  std::map<std::pair<std::string, std::string>, TopicReport> topics;
  for (const KafkaUse& use : uses) {
    for (const std::string& name : use.source_topics) {
      TopicOf(topics, use.source->brokers, name, use, overrides).read_by.push_back(use.pipeline);
    }
    for (const std::string& name : use.sink_topics) {
      TopicOf(topics, use.sink->brokers, name, use, overrides).written_by.push_back(use.pipeline);
    }
  }
  std::vector<TopicReport> out;
  for (auto& [key, topic] : topics) out.push_back(std::move(topic));
  return out;
}

Status ExamineTopics(const std::vector<KafkaUse>& uses, bool create,
                     std::vector<TopicReport>& topics) {
  Clients clients(uses);
  for (TopicReport& topic : topics) {
    auto client = clients.Of(topic.brokers);
    if (!client) return std::move(client).error();
    SLUICE_TRY(Examine(*client.value(), create, topic));
  }
  return Ok();
}

bool NeedsAttention(const std::vector<TopicReport>& topics) {
  return std::ranges::any_of(topics, [](const TopicReport& topic) {
    return topic.state == State::kMissing || topic.state == State::kDiffers;
  });
}

std::string TopicsText(const std::vector<TopicReport>& topics) {
  std::vector<std::vector<std::string>> rows = {
      {"TOPIC", "STATE", "PARTITIONS", "REPLICATION", "RETENTION", "MAX.MESSAGE.BYTES", "NOTE"}};
  for (const TopicReport& topic : topics) {
    const TopicShape& shape = topic.actual ? *topic.actual : topic.wanted;
    rows.push_back({topic.name, NameOf(topic.state), std::to_string(shape.partitions),
                    std::to_string(shape.replication), Shown(shape.retention_ms, true),
                    Shown(shape.max_message_bytes, false), Join(topic.notes)});
  }
  return TextTable(rows, {2, 3, 4, 5});
}

std::string TopicsJson(const std::vector<TopicReport>& topics) {
  return JsonObject([&](JsonWriter& json) { PutList(json, "topics", topics, PutTopic); });
}

std::string TopicsCommands(const std::vector<TopicReport>& topics) {
  std::string text;
  for (const TopicReport& topic : topics) {
    text += KafkaTopicsCommand(topic.brokers, topic.name, topic.wanted) + '\n';
  }
  return text;
}

}  // namespace sluice
