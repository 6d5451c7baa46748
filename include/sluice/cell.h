#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice {

struct CellField;

/// A value of a column, to be bound or as it was read: a small tree over bytes that somebody else
/// owns. A store converts it to and from the type of the column:
///
/// | cell | columns |
/// |---|---|
/// | kNull | any |
/// | kBool | bool |
/// | kInt | integers; timestamps, as milliseconds since 1970 |
/// | kDouble | double and single precision |
/// | kText | text, JSON, UUID, decimal and integers beyond 64 bits in their text form; bytes |
/// | kList | lists and sets |
/// | kMap | maps with text keys, in any order |
/// | kStruct | user-defined types, by the names of their fields; a field that is not named is null
/// |
///
/// An integer may be bound where a double is expected.
struct Cell {
  enum class Kind : std::uint8_t { kNull, kBool, kInt, kDouble, kText, kList, kMap, kStruct };

  static Cell Null() { return {}; }
  static Cell Bool(bool value) { return {.kind = Kind::kBool, .integer = value ? 1 : 0}; }
  static Cell Int(std::int64_t value) { return {.kind = Kind::kInt, .integer = value}; }
  static Cell Double(double value) { return {.kind = Kind::kDouble, .number = value}; }
  static Cell Text(std::string_view value) { return {.kind = Kind::kText, .text = value}; }
  static Cell List(std::span<const Cell> items) { return {.kind = Kind::kList, .items = items}; }
  static Cell Map(std::span<const CellField> fields) {
    return {.kind = Kind::kMap, .fields = fields};
  }
  static Cell Struct(std::span<const CellField> fields) {
    return {.kind = Kind::kStruct, .fields = fields};
  }
  [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }

  Kind kind = Kind::kNull;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text = {};
  std::span<const Cell> items = {};
  std::span<const CellField> fields = {};
};

struct CellField {
  std::string_view name;
  Cell value;
};

}  // namespace sluice
