#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

/// "250ms", "10s", "5m", "24h", "7d"; nullopt for anything else (a bare number too).
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

/// "1572864", "64KiB", "1MiB", "2GiB"; nullopt for anything else.
std::optional<std::uint64_t> ParseBytes(std::string_view text);

}  // namespace sluice
