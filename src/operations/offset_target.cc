#include "operations/offset_target.h"

#include <charconv>
#include <limits>
#include <optional>

#include "util/timestamp.h"
#include "util/units.h"

namespace sluice {
namespace {

using Kind = OffsetTarget::Kind;

std::optional<std::int64_t> NumberOf(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

/// "+05:30" as minutes.
std::optional<std::int64_t> ZoneOf(std::string_view text) {
  if (text.size() != 6 || text[3] != ':') return std::nullopt;
  const auto hours = NumberOf(text.substr(1, 2));
  const auto minutes = NumberOf(text.substr(4, 2));
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || *minutes < 0 || *hours < 0) {
    return std::nullopt;
  }
  const std::int64_t total = *hours * 60 + *minutes;
  return text[0] == '-' ? -total : total;
}

std::optional<std::int64_t> InstantOf(std::string_view text) {
  std::int64_t zone = 0;
  std::string_view local = text;
  if (text.ends_with('Z')) {
    local.remove_suffix(1);
  } else {
    const auto sign = text.find_last_of("+-");
    if (sign == std::string_view::npos || text.find('T') > sign) return std::nullopt;
    const auto minutes = ZoneOf(text.substr(sign));
    if (!minutes) return std::nullopt;
    zone = *minutes;
    local = text.substr(0, sign);
  }
  std::string whole(local);
  if (local.find('.') == std::string_view::npos) whole += ".000";
  const auto ms = ParseTimestamp(whole + "Z");
  return ms && *ms >= 0 ? std::optional(*ms - zone * 60'000) : std::nullopt;
}

Error Bad(std::string_view text, std::string_view wanted) {
  return {ErrorKind::kInvalidConfig,
          "--to " + std::string(text) + ": write " + std::string(wanted)};
}

Error BadLine(const std::string& origin, int number, std::string_view wanted) {
  std::string text = origin + ":";
  text += std::to_string(number) + ": ";
  return {ErrorKind::kInvalidConfig, text += wanted};
}

}  // namespace

Result<OffsetTarget> ParseOffsetTarget(std::string_view text, std::int64_t now_ms) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  if (text == "earliest") return OffsetTarget{Kind::kEarliest, 0};
  if (text == "latest") return OffsetTarget{Kind::kLatest, 0};
  if (name == "datetime") {
    if (const auto ms = InstantOf(value)) return OffsetTarget{Kind::kTime, *ms};
    return Bad(text, "datetime=2025-01-01T00:00:00Z, or with an offset such as +05:30 for the Z");
  }
  if (name == "by-duration") {
    const auto duration = ParseDuration(value);
    if (duration) return OffsetTarget{Kind::kTime, now_ms - duration->count()};
    return Bad(text, "by-duration=2h: how long ago; 90s, 30m, 2h or 7d");
  }
  if (name == "shift-by") {
    if (const auto count = NumberOf(value)) return OffsetTarget{Kind::kShift, *count};
    return Bad(text, "shift-by=-100: a number of records, back where it is negative");
  }
  return Bad(text, "earliest, latest, datetime=TIME, by-duration=DURATION or shift-by=RECORDS");
}

std::string WriteOffsetLines(const kafka::PartitionOffsets& offsets) {
  std::string text;
  for (const auto& [id, offset] : offsets) {
    text += id.topic + ',';
    text += std::to_string(id.partition) + ',';
    text += std::to_string(offset) + '\n';
  }
  return text;
}

Result<kafka::PartitionOffsets> ReadOffsetLines(std::string_view text, const std::string& origin) {
  kafka::PartitionOffsets offsets;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::size_t first = line.find(',');
    const std::size_t last = line.rfind(',');
    const bool three = first != last && line.find(',', first + 1) == last;
    const auto partition =
        three ? NumberOf(line.substr(first + 1, last - first - 1)) : std::nullopt;
    const auto offset = three ? NumberOf(line.substr(last + 1)) : std::nullopt;
    if (!partition || !offset || first == 0 || *partition < 0 || *offset < 0 ||
        *partition > std::numeric_limits<std::int32_t>::max()) {
      return BadLine(origin, number, "must be topic,partition,offset");
    }
    const kafka::PartitionId id{std::string(line.substr(0, first)),
                                static_cast<std::int32_t>(*partition)};
    if (!offsets.emplace(id, *offset).second) {
      return BadLine(origin, number, "names a partition that an earlier line has");
    }
  }
  return offsets;
}

}  // namespace sluice
