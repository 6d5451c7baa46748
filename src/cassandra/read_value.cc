#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "cassandra/cql_number.h"
#include "cassandra/cql_value.h"

namespace sluice::cassandra {
namespace {

using Id = CqlType::Id;

/// The smallest element of a list stands in four bytes: a count that can't be right is not
/// believed.
bool Plausible(std::int32_t count, const CqlReader& reader) {
  return count >= 0 && static_cast<std::size_t>(count) <= reader.rest().size() / 4;
}

template <typename T>
std::span<T> MakeSpan(Arena& arena, std::size_t count) {
  static_assert(alignof(T) <= 8);
  auto* at = reinterpret_cast<T*>(arena.Allocate(count * sizeof(T)));
  std::uninitialized_value_construct_n(at, count);
  return {at, count};
}

/// A big-endian number of the size of the bytes, with its sign.
std::int64_t Signed(std::string_view bytes) {
  std::uint64_t value = (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

std::optional<Cell> ReadInteger(std::string_view bytes, std::size_t size) {
  if (bytes.size() != size) return std::nullopt;
  return Cell::Int(Signed(bytes));
}

std::optional<Cell> ReadReal(Id id, std::string_view bytes) {
  if (bytes.size() != (id == Id::kFloat ? 4U : 8U)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(Signed(bytes));
  return Cell::Double(id == Id::kFloat
                          ? double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}
                          : std::bit_cast<double>(bits));
}

std::optional<Cell> ReadExact(Id id, std::string_view bytes, Arena& arena) {
  if (id == Id::kVarint && bytes.size() <= 8) return Cell::Int(Signed(bytes));
  CqlReader reader(bytes);
  const std::int32_t scale = id == Id::kDecimal ? reader.Int() : 0;
  const auto text = TextOfDecimal(scale, reader.rest());
  if (!text || reader.failed()) return std::nullopt;
  return Cell::Text(arena.Copy(*text));
}

std::optional<Cell> ReadItems(const CqlType& type, std::string_view bytes, Arena& arena) {
  CqlReader reader(bytes);
  const std::int32_t count = reader.Int();
  if (!Plausible(count, reader)) return std::nullopt;
  const std::span<Cell> items = MakeSpan<Cell>(arena, static_cast<std::size_t>(count));
  for (Cell& item : items) {
    const auto value = ReadValue(type.parts[0], reader.Bytes(), arena);
    if (!value) return std::nullopt;
    item = *value;
  }
  if (reader.failed()) return std::nullopt;
  return Cell::List(items);
}

std::optional<Cell> ReadMap(const CqlType& type, std::string_view bytes, Arena& arena) {
  CqlReader reader(bytes);
  const std::int32_t count = reader.Int();
  if (!Plausible(count, reader)) return std::nullopt;
  const std::span<CellField> fields = MakeSpan<CellField>(arena, static_cast<std::size_t>(count));
  for (CellField& field : fields) {
    field.name = reader.Bytes().value_or("");
    const auto value = ReadValue(type.parts[1], reader.Bytes(), arena);
    if (!value) return std::nullopt;
    field.value = *value;
  }
  if (reader.failed()) return std::nullopt;
  return Cell::Map(fields);
}

/// A value written before a field was added to the type ends early.
std::optional<Cell> ReadFields(const CqlType& type, std::string_view bytes, Arena& arena) {
  CqlReader reader(bytes);
  const std::span<CellField> fields = MakeSpan<CellField>(arena, type.parts.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i].name = arena.Copy(type.names[i]);
    if (reader.rest().empty()) continue;
    const auto value = ReadValue(type.parts[i], reader.Bytes(), arena);
    if (!value) return std::nullopt;
    fields[i].value = *value;
  }
  if (reader.failed()) return std::nullopt;
  return Cell::Struct(fields);
}

std::optional<Cell> ReadContent(const CqlType& type, std::string_view bytes, Arena& arena) {
  switch (type.id) {
    case Id::kBoolean:
      if (bytes.size() != 1) return std::nullopt;
      return Cell::Bool(bytes[0] != 0);
    case Id::kTinyint:
      return ReadInteger(bytes, 1);
    case Id::kSmallint:
      return ReadInteger(bytes, 2);
    case Id::kInt:
      return ReadInteger(bytes, 4);
    case Id::kBigint:
    case Id::kCounter:
    case Id::kTimestamp:
      return ReadInteger(bytes, 8);
    case Id::kFloat:
    case Id::kDouble:
      return ReadReal(type.id, bytes);
    case Id::kVarint:
    case Id::kDecimal:
      return ReadExact(type.id, bytes, arena);
    case Id::kUuid:
    case Id::kTimeuuid:
      if (bytes.size() != 16) return std::nullopt;
      return Cell::Text(arena.Copy(TextOfUuid(bytes)));
    case Id::kList:
    case Id::kSet:
      return ReadItems(type, bytes, arena);
    case Id::kMap:
      return ReadMap(type, bytes, arena);
    case Id::kUdt:
      return ReadFields(type, bytes, arena);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Cell> ReadValue(const CqlType& type, std::optional<std::string_view> bytes,
                              Arena& arena) {
  if (!bytes) return Cell::Null();
  if (IsText(type.id) || type.id == Id::kBlob) return Cell::Text(*bytes);
  if (bytes->empty()) return Cell::Null();
  return ReadContent(type, *bytes, arena);
}

}  // namespace sluice::cassandra
