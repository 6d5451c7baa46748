#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sluice/position.h"

namespace sluice {

/// One header of a record. Names may repeat; the order counts.
struct Header {
  std::string_view name;
  std::optional<std::string_view> value;  ///< nullopt: a null value, which is not an empty one.
};

/// A raw message as the source gives it. All bytes, those of the headers too, belong to the source
/// until it releases them.
struct Record {
  Position position;
  std::optional<std::string_view> value;  ///< nullopt: a null record.
  std::int64_t timestamp_ms = 0;  ///< Create or append time, in ms since 1970; 0 if unknown.
  std::optional<std::string_view> key = std::nullopt;  ///< nullopt: a null key, not an empty one.
  std::span<const Header> headers = {};
  std::string_view topic = {};  ///< That it was read from, where it is not the position's.
};

}  // namespace sluice
