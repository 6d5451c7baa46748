#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace sluice {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// Takes a line for the operator. `part` says who speaks, such as "worker 0" or "store dedup".
/// Thread-safe.
using Log = std::function<void(LogLevel level, std::string_view part, std::string_view text)>;

}  // namespace sluice
