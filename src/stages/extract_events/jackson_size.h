#pragma once

#include <cstddef>

#include "sluice/value.h"

namespace sluice::stages {

/// Bytes of `value` as Jackson writes what Gson has read: no blanks, no null members, raw UTF-8,
/// every number a double (core.md 4.2). `value` is no null member itself.
std::size_t JacksonSize(Value value);

/// The most that JacksonSize can be of a value that takes `source_bytes` in its source.
constexpr std::size_t MostJacksonSize(std::size_t source_bytes) {
  // Only numbers grow, at most from "1e6" to "1000000.0"; an older Java may print a digit more.
  return source_bytes * 4;
}

}  // namespace sluice::stages
