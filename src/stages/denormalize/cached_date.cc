#include "stages/denormalize/cached_date.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "util/timestamp.h"

namespace sluice::stages {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Two digits up to `most`, taken off the front.
std::optional<std::int64_t> TakeTwo(std::string_view& text, std::int64_t most) {
  if (text.size() < 2 || !IsDigit(text[0]) || !IsDigit(text[1])) return std::nullopt;
  const std::int64_t value = (text[0] - '0') * 10 + (text[1] - '0');
  if (value > most) return std::nullopt;
  text.remove_prefix(2);
  return value;
}

/// One to three digits to the end, as milliseconds.
std::optional<std::int64_t> Fraction(std::string_view text) {
  if (text.empty() || text.size() > 3 || !std::ranges::all_of(text, IsDigit)) return std::nullopt;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 3; ++i) value = value * 10 + (i < text.size() ? text[i] - '0' : 0);
  return value;
}

/// "", "Z", "+05", "+0530", "+05:30" and longer: hours, minutes, seconds and a fraction, with
/// colons throughout or without any.
std::optional<std::int64_t> OffsetMs(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  const std::int64_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = TakeTwo(text, 23);
  if (!hours) return std::nullopt;
  std::int64_t offset = *hours * 3'600'000;
  const bool colons = text.starts_with(':');
  for (const std::int64_t unit : {60'000, 1'000}) {
    if (text.empty()) return sign * offset;
    if (colons && text[0] != ':') return std::nullopt;
    if (colons) text.remove_prefix(1);
    const auto value = TakeTwo(text, 59);
    if (!value) return std::nullopt;
    offset += *value * unit;
  }
  if (text.empty()) return sign * offset;
  if (colons && text[0] != '.' && text[0] != ',') return std::nullopt;
  if (colons) text.remove_prefix(1);
  const auto millis = Fraction(text);
  if (!millis) return std::nullopt;
  return sign * (offset + *millis);
}

}  // namespace

std::int64_t CachedDateMs(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return 0;
  std::size_t end = dot + 1;
  while (end < text.size() && end < dot + 4 && IsDigit(text[end])) ++end;
  const auto instant = ParseTimestamp(std::string(text.substr(0, end)) + "Z");
  const auto offset = OffsetMs(text.substr(end));
  return instant && offset ? *instant - *offset : 0;
}

}  // namespace sluice::stages
