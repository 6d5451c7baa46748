#include "operations/topic_shape.h"

#include <algorithm>
#include <array>

#include "operations/text_table.h"

namespace sluice {
namespace {

constexpr int kPartitions = 16;
constexpr int kReplication = 2;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kRetention = 48 * kHour;
constexpr std::int64_t kEventBytes = 1'572'864;
constexpr std::int64_t kBatchBytes = 5'242'880;

/// What differs from the rest.
struct KnownTopic {
  std::string_view name;
  int partitions;
  int replication;
  std::int64_t retention_ms;
  std::int64_t max_message_bytes;
};

constexpr auto kKnown = std::to_array<KnownTopic>({
    {"telemetry.ingestion", kPartitions, kReplication, 72 * kHour, kBatchBytes},
    {"telemetry.ingest", kPartitions, kReplication, kRetention, kBatchBytes},
    {"telemetry.extractor.failed", kPartitions, kReplication, kRetention, kBatchBytes},
    {"telemetry.extractor.duplicate", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.raw", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.assess.raw", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.failed", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.duplicate", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.unique", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.unique.primary", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.unique.secondary", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.audit", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.error", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.cb.audit", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.denorm", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.derived", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.derived.unique", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.events.telemetry", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.events.summary", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.events.error", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.events.log", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.cb.audit", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.cb.work.order.row", kPartitions, kReplication, kRetention, kEventBytes},
    {"druid.cb.work.order.officer", kPartitions, kReplication, kRetention, kEventBytes},
    {"events.deviceprofile", 4, 1, kRetention, kEventBytes},
    {"telemetry.assess", kPartitions, kReplication, kRetention, kEventBytes},
    {"telemetry.assess.failed", kPartitions, kReplication, kRetention, kEventBytes},
    {"rating.event", 4, kReplication, kRetention, kEventBytes},
    {"rating.failedRating", 4, kReplication, kRetention, kEventBytes},
});

std::string Shown(std::int64_t retention_ms) {
  return retention_ms < 0 ? "unlimited" : DurationText(retention_ms);
}

std::string Short(const char* what, const std::string& actual, const std::string& wanted) {
  std::string text = what;
  text += ' ';
  text += actual;
  text += ", not ";
  return text + wanted;
}

}  // namespace

TopicShape PlatformShape(std::string_view name, std::int64_t max_record_bytes,
                         const ShapeOverrides& overrides) {
  const auto* known = std::ranges::find(kKnown, name, &KnownTopic::name);
  TopicShape shape{kPartitions, kReplication, kRetention, max_record_bytes};
  if (known != kKnown.end()) {
    shape = {known->partitions, known->replication, known->retention_ms, known->max_message_bytes};
  }
  shape.partitions = overrides.partitions.value_or(shape.partitions);
  shape.replication = overrides.replication.value_or(shape.replication);
  if (overrides.retention_ms) shape.retention_ms = overrides.retention_ms;
  return shape;
}

std::vector<std::string> Shortfalls(const TopicShape& actual, const TopicShape& wanted,
                                    int brokers) {
  std::vector<std::string> found;
  if (actual.partitions < wanted.partitions) {
    found.push_back(
        Short("partitions", std::to_string(actual.partitions), std::to_string(wanted.partitions)));
  }
  const int replication = std::min(wanted.replication, brokers);
  if (actual.replication < replication) {
    found.push_back(
        Short("replication", std::to_string(actual.replication), std::to_string(replication)));
  }
  if (actual.retention_ms && wanted.retention_ms && *actual.retention_ms >= 0 &&
      (*wanted.retention_ms < 0 || *actual.retention_ms < *wanted.retention_ms)) {
    found.push_back(Short("retention", Shown(*actual.retention_ms), Shown(*wanted.retention_ms)));
  }
  if (actual.max_message_bytes && wanted.max_message_bytes &&
      *actual.max_message_bytes < *wanted.max_message_bytes) {
    found.push_back(Short("max.message.bytes", std::to_string(*actual.max_message_bytes),
                          std::to_string(*wanted.max_message_bytes)));
  }
  return found;
}

std::map<std::string, std::string> SettingsOf(const TopicShape& shape) {
  std::map<std::string, std::string> settings;
  if (shape.retention_ms) settings["retention.ms"] = std::to_string(*shape.retention_ms);
  if (shape.max_message_bytes) {
    settings["max.message.bytes"] = std::to_string(*shape.max_message_bytes);
  }
  return settings;
}

std::string KafkaTopicsCommand(const std::string& brokers, const std::string& name,
                               const TopicShape& shape) {
  std::string text = "kafka-topics.sh --bootstrap-server '";
  text += brokers;
  text += "' --create --if-not-exists --topic ";
  text += name;
  text += " --partitions " + std::to_string(shape.partitions);
  text += " --replication-factor " + std::to_string(shape.replication);
  for (const auto& [key, value] : SettingsOf(shape)) {
    text += " --config ";
    text += key;
    text += '=';
    text += value;
  }
  return text;
}

}  // namespace sluice
