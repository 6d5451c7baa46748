#pragma once

#include <cstdint>

namespace sluice {

/// How a deduplication key is claimed.
enum class ClaimMode : std::uint8_t {
  kClaim,     ///< Claims the key, unless another owner holds it.
  kReadOnly,  ///< Reads the current owner without claiming the key.
};

}  // namespace sluice
