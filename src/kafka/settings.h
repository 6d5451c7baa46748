#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::kafka {

/// Takes the client library's log lines; `level` is that of syslog (3 error, 4 warning, 6 info).
/// Called from the library's own threads: must be thread-safe and must not call back into kafka/.
using LogSink = std::function<void(int level, std::string_view facility, std::string_view text)>;

/// Properties of librdkafka, passed through as they are; see CheckOptions.
using Options = std::map<std::string, std::string>;

/// Where to start a partition for which the group has no committed offset.
enum class OffsetReset : std::uint8_t { kEarliest, kLatest, kError };

/// kExactlyOnce: outputs and offsets in one transaction. kAtLeastOnce: outputs, then offsets.
enum class Delivery : std::uint8_t { kExactlyOnce, kAtLeastOnce };

/// "earliest", "latest", "error"; nullopt for anything else.
std::optional<OffsetReset> ParseOffsetReset(std::string_view text);
/// "exactly_once", "at_least_once"; nullopt for anything else.
std::optional<Delivery> ParseDelivery(std::string_view text);

struct KafkaSourceSettings {
  std::string brokers;  ///< "host:port,host:port"
  std::string group;
  std::vector<std::string> topics;  ///< Real names.
  OffsetReset auto_offset_reset = OffsetReset::kEarliest;
  std::string client_id = "sluice";
  Options options;
  LogSink log;  ///< May be empty.
  /// Longest wait for one answer of the brokers (committed offsets, metadata, ...).
  std::chrono::milliseconds request_timeout{5'000};
};

struct KafkaSinkSettings {
  /// Kafka's own default of max.message.bytes.
  static constexpr std::size_t kDefaultMaxRecordBytes = 1'048'588;

  std::string brokers;
  std::string transactional_id;  ///< Stable per worker; unused for kAtLeastOnce.
  Delivery delivery = Delivery::kExactlyOnce;
  std::vector<std::string> topics;  ///< Real names, by TopicId.
  std::string client_id = "sluice";
  Options options;
  LogSink log;  ///< May be empty.
  /// What a topic takes whose max.message.bytes the ACLs do not let us read.
  std::size_t max_record_bytes = kDefaultMaxRecordBytes;
  /// A transaction that stalls for longer is fenced by the broker.
  std::chrono::milliseconds transaction_timeout{30'000};
  std::chrono::milliseconds request_timeout{5'000};
};

}  // namespace sluice::kafka
