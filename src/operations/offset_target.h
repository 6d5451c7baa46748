#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kafka/admin_client.h"
#include "sluice/result.h"

namespace sluice {

/// Where `offsets set --to` moves a group.
struct OffsetTarget {
  enum class Kind : std::uint8_t {
    kEarliest,  ///< The first record that the topic still holds.
    kLatest,    ///< The end.
    kTime,      ///< The first record that is as new as `value`, in milliseconds since 1970.
    kShift,     ///< `value` records on from the committed offset; back where it is negative.
  };
  Kind kind = Kind::kEarliest;
  std::int64_t value = 0;
};

/// "earliest", "latest", "datetime=2025-01-01T00:00:00Z" (or with an offset such as +05:30),
/// "by-duration=2h" (that long before `now_ms`), "shift-by=-100". kInvalidConfig says what is
/// wrong.
Result<OffsetTarget> ParseOffsetTarget(std::string_view text, std::int64_t now_ms);

/// One line for each partition, "topic,partition,offset", as kafka-consumer-groups reads and writes
/// it for one group.
std::string WriteOffsetLines(const kafka::PartitionOffsets& offsets);
/// kInvalidConfig names the first line that is wrong, after `origin`. Empty lines are skipped.
Result<kafka::PartitionOffsets> ReadOffsetLines(std::string_view text, const std::string& origin);

}  // namespace sluice
