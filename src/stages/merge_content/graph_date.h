#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::stages {

/// Milliseconds since 1970 of a date of the graph, "2020-04-01T08:25:24.896+0000"
/// (content-cache-updater.md 3.4): years to seconds, any number of digits each and blanks before
/// them; what follows the seconds is not looked at, so that the time is UTC and whole seconds.
/// Month 13 is January of the next year, and so on. nullopt for what is not such a date, and for a
/// field of more than nine digits.
std::optional<std::int64_t> GraphDateMs(std::string_view text);

}  // namespace sluice::stages
