#include "stages/merge_content/graph_date.h"

#include <array>
#include <chrono>
#include <cstddef>

namespace sluice::stages {
namespace {

constexpr std::size_t kMostDigits = 9;
constexpr std::int64_t kLastYear = 32'000;  // Of std::chrono, with room for what rolls over.

/// The number at the beginning of `text`, which is taken away; nullopt if there is none.
std::optional<std::int64_t> TakeNumber(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::int64_t number = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits == kMostDigits) return std::nullopt;
    number = number * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

}  // namespace

std::optional<std::int64_t> GraphDateMs(std::string_view text) {
  constexpr std::string_view kSeparators = "--T::";
  std::array<std::int64_t, kSeparators.size() + 1> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0 && !text.starts_with(kSeparators[i - 1])) return std::nullopt;
    if (i > 0) text.remove_prefix(1);
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    fields[i] = *number;
  }
  const auto [year, month, day, hour, minute, second] = fields;
  // Month 0 is December of the year before.
  const std::int64_t months = year * 12 + month - 1;
  if (months < 0 || months / 12 > kLastYear) return std::nullopt;
  const std::chrono::year_month first{std::chrono::year(static_cast<int>(months / 12)),
                                      std::chrono::month(static_cast<unsigned>(months % 12) + 1)};
  const std::int64_t days = std::chrono::sys_days(first / 1).time_since_epoch().count() + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

}  // namespace sluice::stages
