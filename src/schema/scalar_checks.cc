#include "schema/scalar_checks.h"

#include <algorithm>

namespace sluice {

TypeSet TypesOf(Value value) {
  const TypeSet own = TypeBit(value.type());
  if (!value.IsNumber()) return own;
  const bool whole = value.text().find_first_of(".eE") == std::string_view::npos;
  return whole ? static_cast<TypeSet>(own | kIntegerBit) : own;
}

std::uint64_t CodePoints(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool IsAmong(std::span<const EnumValue> values, Value value) {
  return std::any_of(values.begin(), values.end(), [value](const EnumValue& allowed) {
    if (allowed.type != value.type()) return false;
    if (allowed.type == ValueType::kString) return allowed.text == value.text();
    return allowed.type == ValueType::kNull || allowed.truth == value.IsTrue();
  });
}

}  // namespace sluice
