#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/arena.h"

namespace sluice {

/// The pipeline's text form of an instant, "2019-12-25T12:58:02.630Z", always UTC (core.md 6).
/// Written text is the arena's.

/// Milliseconds since 1970 by Joda's tolerance (one-digit fields, 1-3 fraction digits, signed years
/// of up to nine digits, proleptic Gregorian); nullopt for anything else.
std::optional<std::int64_t> ParseTimestamp(std::string_view text);

/// As SimpleDateFormat prints it: the Julian calendar before 1582-10-15, the year of the era
/// without a sign, no padding beyond four digits.
std::string_view FormatTimestamp(std::int64_t ms, Arena& arena);

/// As Joda prints it: proleptic Gregorian, years before 1 with their sign, no padding beyond four
/// digits.
std::string_view FormatJodaTimestamp(std::int64_t ms, Arena& arena);

}  // namespace sluice
