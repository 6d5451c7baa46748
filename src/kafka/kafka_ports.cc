#include "kafka/kafka_ports.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "kafka/broker_list.h"
#include "kafka/client_check.h"
#include "kafka/kafka_sink.h"
#include "kafka/kafka_source.h"
#include "kafka/log_limiter.h"
#include "kafka/options.h"

namespace sluice::kafka {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

/// The client library can't read back a membership that has other bytes.
bool IsPrintable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Status ValidateNames(const ConfigNode& node) {
  const Options options = node.Texts("options");
  std::string names = node.String("group");
  for (const char* name : {"group.instance.id", "client.id"}) {
    const auto found = options.find(name);
    if (found != options.end()) names += found->second;
  }
  if (IsPrintable(names)) return Ok();
  return node.Complain(
      "`group`, and the options group.instance.id and client.id, must be printable ASCII");
}

Status ValidateOptions(ClientKind kind, const ConfigNode& node) {
  std::string problems;
  for (const OptionProblem& problem : CheckOptions(kind, node.Texts("options"))) {
    if (!problems.empty()) problems += '\n';
    problems += node.Get("options")->Complain(problem.message).message;
  }
  if (problems.empty()) return Ok();
  return Error{ErrorKind::kInvalidConfig, problems};
}

Status ValidateBrokers(const ConfigNode& node) {
  const ConfigNode* brokers = node.Get("brokers");
  // What is wrong with the source's, which serve a sink without its own, is said there.
  if (brokers == nullptr) return Ok();
  const std::string fault = FaultOfBrokers(brokers->text());
  return fault.empty() ? Ok() : Status(brokers->Complain(fault));
}

/// What only a client can tell of its properties, as they stand in the file.
Status Placed(const ConfigNode& node, Status checked) {
  if (checked.ok()) return checked;
  const ConfigNode* options = node.Get("options");
  return (options != nullptr ? options : &node)->Complain(checked.error().message);
}

/// Brokers that are named in the same way are one cluster.
std::string DomainOf(const ConfigNode& node) { return "kafka " + node.String("brokers"); }

SourceTraits DescribeSource(const ConfigNode& node) {
  const std::string instance = node.String("instance");
  return {.topics = node.Strings("topics"),
          .description = "group " + node.Shown("group") + " at " + node.Shown("brokers"),
          .member = node.String("group") + "." + (instance.empty() ? HostName() : instance),
          .commit_domain = DomainOf(node)};
}

Result<std::unique_ptr<Source>> BuildSource(const ConfigNode& node, const SourceContext& context) {
  KafkaSourceSettings settings = SourceSettingsOf(node);
  settings.topics = context.topics;
  settings.client_id = "sluice-" + context.pipeline;
  // Each worker is a member of its own: the brokers would fence all but one of the same name.
  const auto instance = settings.options.find("group.instance.id");
  if (instance != settings.options.end() && context.worker > 0) {
    instance->second += "." + std::to_string(context.worker);
  }
  settings.log = LimitedLog(context.log);
  SLUICE_TRY(Placed(node, CheckConsumer(settings)));
  return std::unique_ptr<Source>(
      new KafkaSource(std::move(settings), context.watchdog, context.metrics));
}

Result<std::unique_ptr<Sink>> BuildSink(const ConfigNode& node, const SinkContext& context) {
  KafkaSinkSettings settings = SinkSettingsOf(node);
  settings.transactional_id = context.writer;
  settings.delivery = context.commits_checkpoints ? Delivery::kExactlyOnce : Delivery::kAtLeastOnce;
  settings.topics = context.topics;
  settings.client_id = "sluice-" + context.pipeline;
  settings.log = LimitedLog(context.log);
  settings.max_record_bytes = context.max_record_bytes;
  settings.transaction_timeout = context.transaction_timeout;
  SLUICE_TRY(Placed(node, CheckProducer(settings)));
  return std::unique_ptr<Sink>(
      new KafkaSink(std::move(settings), context.watchdog, context.metrics));
}

FieldSpec OptionsField(const std::string& what) {
  return {.name = "options",
          .type = FieldType::kMap,
          .description = "Properties of librdkafka's " + what +
                         "; those that sluice sets itself are refused with the reason."};
}

}  // namespace

KafkaSourceSettings SourceSettingsOf(const ConfigNode& node) {
  KafkaSourceSettings settings;
  settings.brokers = node.String("brokers");
  settings.group = node.String("group");
  settings.auto_offset_reset =
      ParseOffsetReset(node.String("auto_offset_reset")).value_or(OffsetReset::kEarliest);
  settings.options = node.Texts("options");
  return settings;
}

KafkaSinkSettings SinkSettingsOf(const ConfigNode& node) {
  KafkaSinkSettings settings;
  settings.brokers = node.String("brokers");
  settings.options = node.Texts("options");
  return settings;
}

SourceSpec KafkaSourceSpec() {
  SourceSpec spec;
  spec.name = "kafka";
  spec.summary = "Reads topics as a member of a consumer group; committed records only.";
  spec.fields = {{.name = "brokers",
                  .description = "Brokers to ask for the cluster, as host:port, with commas.",
                  .required = true},
                 {.name = "group", .description = "Consumer group.", .required = true},
                 {.name = "topics",
                  .type = FieldType::kTopicList,
                  .description = "Topics to read, without `topic_prefix`.",
                  .required = true},
                 {.name = "auto_offset_reset",
                  .description = "Where a partition without a committed offset starts.",
                  .default_value = "earliest",
                  .one_of = {"earliest", "latest", "error"}},
                 {.name = "instance",
                  .description = "Part of the transactional.id, by default the host name; must "
                                 "differ between processes of a group that share a host.",
                  .default_value = ""},
                 OptionsField("consumer")};
  spec.example =
      "kafka: { brokers: \"localhost:9092\", group: dev-pipeline-preprocessor-group, topics: "
      "[telemetry.raw] }\n";
  spec.validate = [](const ConfigNode& node) -> Status {
    SLUICE_TRY(ValidateBrokers(node));
    SLUICE_TRY(ValidateNames(node));
    return ValidateOptions(ClientKind::kConsumer, node);
  };
  spec.describe = DescribeSource;
  spec.build = BuildSource;
  return spec;
}

SinkSpec KafkaSinkSpec() {
  SinkSpec spec;
  spec.name = "kafka";
  spec.summary =
      "Writes topics: in Kafka transactions that hold the offsets of the source too, where both "
      "are one cluster, otherwise waiting for the acknowledgement of each record.";
  spec.fields = {{.name = "brokers",
                  .description = "Brokers, as for the source; by default the source's.",
                  .required = true,
                  .from_source = true},
                 OptionsField("producer")};
  spec.example = "kafka: { options: { compression.type: lz4 } }\n";
  spec.validate = [](const ConfigNode& node) -> Status {
    SLUICE_TRY(ValidateBrokers(node));
    return ValidateOptions(ClientKind::kProducer, node);
  };
  spec.describe = [](const ConfigNode& node) {
    return SinkTraits{.description = node.Shown("brokers"), .commit_domain = DomainOf(node)};
  };
  spec.build = BuildSink;
  return spec;
}

}  // namespace sluice::kafka
