#include "postgres/cell_reader.h"

#include <bit>
#include <cstdint>
#include <new>
#include <string_view>

#include "postgres/type_oid.h"

namespace sluice {
namespace {

/// A number in network order, sign and all.
std::int64_t IntegerOf(std::string_view bytes) {
  std::uint64_t bits = !bytes.empty() && (bytes.front() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits);
}

double NumberOf(std::string_view bytes) {
  const auto bits = static_cast<std::uint64_t>(IntegerOf(bytes));
  if (bytes.size() == sizeof(float)) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

std::int64_t InstantOf(std::string_view bytes) {
  const std::int64_t us = IntegerOf(bytes);
  const std::int64_t ms = us / 1000 - (us % 1000 < 0 ? 1 : 0);
  return ms + type_oid::kEpochMs;
}

std::string_view UuidOf(std::string_view bytes, Arena& arena) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kSize = 36;
  char* const text = arena.Allocate(kSize);
  char* at = text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 0xF];
  }
  return {text, kSize};
}

Cell CellOf(Oid type, std::string_view bytes, Arena& arena) {
  switch (type) {
    case type_oid::kBool:
      return Cell::Bool(IntegerOf(bytes) != 0);
    case type_oid::kInt2:
    case type_oid::kInt4:
    case type_oid::kInt8:
      return Cell::Int(IntegerOf(bytes));
    case type_oid::kFloat4:
    case type_oid::kFloat8:
      return Cell::Double(NumberOf(bytes));
    case type_oid::kTimestamp:
    case type_oid::kTimestampTz:
      return Cell::Int(InstantOf(bytes));
    case type_oid::kUuid:
      return Cell::Text(UuidOf(bytes, arena));
    case type_oid::kJsonb:
      return Cell::Text(bytes.substr(1));  // Behind the version of the form.
    default:
      return Cell::Text(bytes);
  }
}

template <typename T>
T* AllocateArray(Arena& arena, std::size_t size) {
  return new (arena.Allocate(size * sizeof(T))) T[size];
}

}  // namespace

bool IsReadable(Oid type) {
  switch (type) {
    case type_oid::kBool:
    case type_oid::kInt2:
    case type_oid::kInt4:
    case type_oid::kInt8:
    case type_oid::kFloat4:
    case type_oid::kFloat8:
    case type_oid::kTimestamp:
    case type_oid::kTimestampTz:
    case type_oid::kUuid:
    case type_oid::kJsonb:
      return true;
    default:
      return type_oid::IsText(type);
  }
}

std::span<const RowReply::Row> ReadRows(const PGresult* result, Arena& arena) {
  const auto rows = static_cast<std::size_t>(PQntuples(result));
  const auto columns = static_cast<std::size_t>(PQnfields(result));
  if (rows == 0) return {};
  auto* const found = AllocateArray<RowReply::Row>(arena, rows);
  auto* cell = AllocateArray<Cell>(arena, rows * columns);
  for (std::size_t row = 0; row < rows; ++row) {
    found[row] = {cell, columns};
    for (std::size_t column = 0; column < columns; ++column, ++cell) {
      const int r = static_cast<int>(row);
      const int c = static_cast<int>(column);
      if (PQgetisnull(result, r, c) != 0) continue;
      const std::string_view bytes(PQgetvalue(result, r, c),
                                   static_cast<std::size_t>(PQgetlength(result, r, c)));
      *cell = CellOf(PQftype(result, c), bytes, arena);
    }
  }
  return {found, rows};
}

}  // namespace sluice
