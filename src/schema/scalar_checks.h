#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "schema/schema_node.h"
#include "sluice/value.h"

namespace sluice {

// What the compiled program and the locator ask of a single value; one rule, one place.

/// The type bits that a value has: its own, and kIntegerBit for a whole number's literal.
TypeSet TypesOf(Value value);

/// Code points of UTF-8 text.
std::uint64_t CodePoints(std::string_view text);

bool IsAmong(std::span<const EnumValue> values, Value value);

}  // namespace sluice
