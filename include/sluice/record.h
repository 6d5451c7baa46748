#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/position.h"

namespace sluice {

/// A raw message as the source gives it. The bytes belong to the source until it releases them.
struct Record {
  Position position;
  std::optional<std::string_view> value;  ///< nullopt: a null record.
  std::int64_t timestamp_ms = 0;          ///< Create or append time; 0 if unknown.
};

}  // namespace sluice
