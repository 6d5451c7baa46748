#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sluice/position.h"

namespace sluice {

/// A raw message as the source gives it. The bytes belong to the source until it releases them.
struct Record {
  Position position;
  std::optional<std::string_view> value;  ///< nullopt: a null record.
  std::int64_t timestamp_ms = 0;          ///< Create or append time; 0 if unknown.
};

/// The next offset to read of one input partition.
struct NextOffset {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

/// Next offset per input partition, committed together with the outputs.
using Checkpoint = std::vector<NextOffset>;

}  // namespace sluice
