#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::stages {

/// Milliseconds since 1970 of a date as the caches hold it, "2018-06-15T13:06:56.090+0000"
/// (de-normalization.md 10.7): the zone may be missing, then it is UTC. Whatever can't be read is
/// 0.
std::int64_t CachedDateMs(std::string_view text);

}  // namespace sluice::stages
