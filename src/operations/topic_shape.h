#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// How a topic is, or is to be, made.
struct TopicShape {
  static constexpr std::int64_t kUnlimited = -1;

  int partitions = 0;
  int replication = 0;
  std::optional<std::int64_t> retention_ms;       ///< Nothing: not known.
  std::optional<std::int64_t> max_message_bytes;  ///< The same.
};

/// What the command line says in place of the platform's own figures.
struct ShapeOverrides {
  std::optional<int> partitions = std::nullopt;
  std::optional<int> replication = std::nullopt;
  std::optional<std::int64_t> retention_ms = std::nullopt;
};

/// The platform's figures for a topic, by its name without prefix (the table of the topics in
/// docs/operations.md); 16 partitions, 2 replicas, 48 hours and `max_record_bytes` for any other.
TopicShape PlatformShape(std::string_view name, std::int64_t max_record_bytes,
                         const ShapeOverrides& overrides);

/// In what a topic falls short of what is wanted, as "partitions 4, not 16"; more is no fault.
/// Replicas beyond the number of brokers are not wanted. What is not known is no fault either.
std::vector<std::string> Shortfalls(const TopicShape& actual, const TopicShape& wanted,
                                    int brokers);

/// The settings that a topic of this shape is created with.
std::map<std::string, std::string> SettingsOf(const TopicShape& shape);

/// The command that creates it: "kafka-topics.sh --bootstrap-server ... --create ...".
std::string KafkaTopicsCommand(const std::string& brokers, const std::string& name,
                               const TopicShape& shape);

}  // namespace sluice
