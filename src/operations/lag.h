#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "kafka/settings.h"
#include "operations/kafka_use.h"
#include "sluice/clock.h"

namespace sluice {

/// How far a group has come on one partition. Offsets are kNone where they are not known.
struct PartitionLag {
  static constexpr std::int64_t kNone = kafka::AdminClient::kNone;

  kafka::PartitionId id;
  std::int64_t committed = kNone;
  std::int64_t begin = kNone;  ///< First offset that the topic still holds.
  std::int64_t end = kNone;    ///< After the last committed record.
  /// Offsets from where the group would go on up to the end; markers of transactions count.
  std::optional<std::int64_t> records = std::nullopt;
  /// Age of the first record that is not done; 0 where all is.
  std::optional<double> seconds = std::nullopt;
};

struct LagReport {
  std::string group;
  kafka::GroupDescription description;
  std::vector<PartitionLag> partitions;  ///< By topic and number.
};

/// Where a group would go on: at its committed offset, or where `reset` says; nothing if neither
/// tells.
std::optional<std::int64_t> StartOf(const PartitionLag& partition, kafka::OffsetReset reset);

/// Asks for all of it; works whether the group has members or not. kUnavailable: no answer.
/// kInvalidConfig: a topic is missing, or a right.
Result<LagReport> ReadLag(const KafkaUse& use, kafka::AdminClient& client, const Clock& clock);

std::string LagText(const LagReport& report);
std::string LagJson(const LagReport& report);

}  // namespace sluice
