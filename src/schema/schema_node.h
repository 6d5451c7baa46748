#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/value.h"

namespace sluice {

/// Set of JSON types: one bit per ValueType, and one for numbers without fraction and exponent.
using TypeSet = std::uint8_t;
constexpr TypeSet TypeBit(ValueType type) {
  return static_cast<TypeSet>(1U << static_cast<unsigned>(type));
}
inline constexpr TypeSet kIntegerBit = 1U << 7;
inline constexpr TypeSet kAnyType = 0x7E;

/// One value of an enum: a string, a boolean or null.
struct EnumValue {
  ValueType type = ValueType::kNull;
  bool truth = false;
  std::string text;
};

/// One schema (a JSON object of a schema file), checked, with every $ref replaced by what it
/// points to. The compiler, the locator and the input of valijson are all made from it.
struct SchemaNode {
  struct Named {
    std::string name;
    const SchemaNode* schema = nullptr;
  };
  /// A keyword as it stands in the file. Where its operand holds schemas they are in `children`, in
  /// order: a single one, the elements of a list (names empty), or the members of a map.
  struct Keyword {
    std::string name;
    const rapidjson::Value* operand = nullptr;
    std::vector<Named> children;
  };

  std::string file;         ///< Name of the file that it stands in, such as "start.json".
  std::string pointer;      ///< JSON pointer in that file.
  bool referenced = false;  ///< A $ref points to it.
  /// The first keyword that only valijson decides; empty: the compiler knows them all.
  std::string opaque;
  std::vector<Keyword> keywords;

  // The same once more, as the compiler and the locator want it.
  TypeSet types = kAnyType;
  std::optional<std::vector<EnumValue>> values;
  std::vector<std::string> required;
  std::vector<Named> properties;
  bool closed = false;                     ///< additionalProperties: false
  const SchemaNode* additional = nullptr;  ///< additionalProperties as a schema
  const SchemaNode* items = nullptr;
  std::vector<const SchemaNode*> all_of;
  std::vector<const SchemaNode*> any_of;
  std::vector<const SchemaNode*> one_of;
  const SchemaNode* negated = nullptr;
  std::optional<std::uint64_t> min_length;
  std::optional<std::uint64_t> max_length;
  std::optional<std::uint64_t> min_items;
  std::optional<std::uint64_t> max_items;
  std::optional<double> minimum;
  std::optional<double> maximum;
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;

  [[nodiscard]] const SchemaNode* Property(std::string_view name) const {
    for (const Named& property : properties) {
      if (property.name == name) return property.schema;
    }
    return nullptr;
  }
};

}  // namespace sluice
