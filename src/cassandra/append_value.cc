#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "cassandra/cql_number.h"
#include "cassandra/cql_value.h"

namespace sluice::cassandra {
namespace {

using Id = CqlType::Id;
using Kind = Cell::Kind;

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "a boolean";
    case Kind::kInt:
      return "an integer";
    case Kind::kDouble:
      return "a number";
    case Kind::kText:
      return "text";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kStruct:
      return "a structure";
  }
  return "a value";
}

std::string Misfit(const CqlType& type, const Cell& cell) {
  std::string text(KindName(cell.kind));
  text += " where ";
  text += TypeName(type);
  return text += " is expected";
}

std::string OutOfRange(const CqlType& type) {
  return "a number that does not fit into " + TypeName(type);
}

std::string AppendInteger(std::string& out, const CqlType& type, const Cell& cell,
                          std::size_t size) {
  if (cell.kind != Kind::kInt) return Misfit(type, cell);
  const int bits = static_cast<int>(8 * size);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  if (cell.integer > most || cell.integer < -most - 1) return OutOfRange(type);
  AppendNumber(out, static_cast<std::uint64_t>(cell.integer), size);
  return {};
}

std::string AppendReal(std::string& out, const CqlType& type, const Cell& cell) {
  if (cell.kind != Kind::kDouble && cell.kind != Kind::kInt) return Misfit(type, cell);
  const double value = cell.kind == Kind::kInt ? static_cast<double>(cell.integer) : cell.number;
  if (type.id == Id::kDouble) {
    AppendNumber(out, std::bit_cast<std::uint64_t>(value), 8);
    return {};
  }
  const auto single = static_cast<float>(value);
  if (std::isinf(single) && !std::isinf(value)) return OutOfRange(type);
  AppendNumber(out, std::bit_cast<std::uint32_t>(single), 4);
  return {};
}

std::string AppendExact(std::string& out, const CqlType& type, const Cell& cell) {
  const bool integer = cell.kind == Kind::kInt;
  if (!integer && cell.kind != Kind::kText) return Misfit(type, cell);
  const std::string text = integer ? std::to_string(cell.integer) : std::string(cell.text);
  if (type.id == Id::kVarint) {
    const auto varint = VarintOfText(text);
    if (!varint) return "text that is no integer where varint is expected";
    out += *varint;
    return {};
  }
  const auto decimal = DecimalOfText(text);
  if (!decimal) return "text that is no number where decimal is expected";
  AppendInt(out, decimal->scale);
  out += decimal->unscaled;
  return {};
}

std::string AppendUuid(std::string& out, const CqlType& type, const Cell& cell) {
  if (cell.kind != Kind::kText) return Misfit(type, cell);
  const auto uuid = UuidOfText(cell.text);
  // The server would refuse a UUID that tells no time.
  const bool timed = uuid && ((*uuid)[6] & 0xF0) == 0x10;
  if (!uuid || (type.id == Id::kTimeuuid && !timed)) {
    return "text that is none where " + TypeName(type) + " is expected";
  }
  out += *uuid;
  return {};
}

std::string AppendItems(std::string& out, const CqlType& type, const Cell& cell) {
  if (cell.kind != Kind::kList) return Misfit(type, cell);
  AppendInt(out, static_cast<std::int32_t>(cell.items.size()));
  for (const Cell& item : cell.items) {
    if (item.is_null()) return "null in a list";
    if (std::string problem = AppendValue(out, type.parts[0], item); !problem.empty()) {
      return problem;
    }
  }
  return {};
}

std::string AppendMap(std::string& out, const CqlType& type, const Cell& cell) {
  if (cell.kind != Kind::kMap) return Misfit(type, cell);
  AppendInt(out, static_cast<std::int32_t>(cell.fields.size()));
  for (const CellField& field : cell.fields) {
    if (field.value.is_null()) return "null in a map";
    AppendLongString(out, field.name);
    std::string problem = AppendValue(out, type.parts[1], field.value);
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string AppendFields(std::string& out, const CqlType& type, const Cell& cell) {
  if (cell.kind != Kind::kStruct) return Misfit(type, cell);
  std::size_t found = 0;
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    const auto at = std::ranges::find(cell.fields, type.names[i], &CellField::name);
    const bool named = at != cell.fields.end();
    found += named ? 1 : 0;
    std::string problem = AppendValue(out, type.parts[i], named ? at->value : Cell::Null());
    if (!problem.empty()) return "field " + type.names[i] + ": " + problem;
  }
  return found == cell.fields.size() ? "" : "a field that the type does not have";
}

std::string AppendContent(std::string& out, const CqlType& type, const Cell& cell) {
  switch (type.id) {
    case Id::kAscii:
    case Id::kVarchar:
    case Id::kBlob:
      if (cell.kind != Kind::kText) return Misfit(type, cell);
      out += cell.text;
      return {};
    case Id::kBoolean:
      if (cell.kind != Kind::kBool) return Misfit(type, cell);
      AppendByte(out, cell.integer != 0 ? 1 : 0);
      return {};
    case Id::kTinyint:
      return AppendInteger(out, type, cell, 1);
    case Id::kSmallint:
      return AppendInteger(out, type, cell, 2);
    case Id::kInt:
      return AppendInteger(out, type, cell, 4);
    case Id::kBigint:
    case Id::kCounter:
    case Id::kTimestamp:
      return AppendInteger(out, type, cell, 8);
    case Id::kFloat:
    case Id::kDouble:
      return AppendReal(out, type, cell);
    case Id::kVarint:
    case Id::kDecimal:
      return AppendExact(out, type, cell);
    case Id::kUuid:
    case Id::kTimeuuid:
      return AppendUuid(out, type, cell);
    case Id::kList:
    case Id::kSet:
      return AppendItems(out, type, cell);
    case Id::kMap:
      return AppendMap(out, type, cell);
    case Id::kUdt:
      return AppendFields(out, type, cell);
    default:
      return "a value of type " + TypeName(type) + ", which has no form here";
  }
}

}  // namespace

std::string AppendValue(std::string& out, const CqlType& type, const Cell& cell) {
  if (cell.is_null()) {
    AppendInt(out, -1);
    return {};
  }
  const std::size_t begun = BeginBytes(out);
  std::string problem = AppendContent(out, type, cell);
  EndBytes(out, begun);
  return problem;
}

}  // namespace sluice::cassandra
