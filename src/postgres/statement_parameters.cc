#include "postgres/statement_parameters.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "postgres/type_oid.h"

namespace sluice {
namespace {

constexpr std::string_view kOutOfRange = "22003";
constexpr std::string_view kInstantOutOfRange = "22008";
constexpr std::string_view kWrongBytes = "22021";
constexpr std::string_view kWrongType = "42804";
constexpr int kTextFormat = 0;
constexpr int kBinaryFormat = 1;

}  // namespace

bool StatementParameters::Bind(std::span<const Oid> types, std::span<const Cell> cells,
                               Arena& arena) {
  arena_ = &arena;
  values_.clear();
  lengths_.clear();
  formats_.clear();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!Add(types[i], cells[i])) return false;
  }
  return true;
}

bool StatementParameters::Add(Oid type, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      values_.push_back(nullptr);
      lengths_.push_back(0);
      formats_.push_back(kBinaryFormat);
      return true;
    case Cell::Kind::kBool:
      return AddBool(type, cell.integer != 0);
    case Cell::Kind::kInt:
      return AddInteger(type, cell.integer);
    case Cell::Kind::kDouble:
      return AddDouble(type, cell.number);
    case Cell::Kind::kText:
      return AddText(type, cell.text);
    case Cell::Kind::kList:
    case Cell::Kind::kMap:
    case Cell::Kind::kStruct:
      break;
  }
  return Refuse(kWrongType, "a list or a map has no column type here");
}

bool StatementParameters::AddText(Oid type, std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return Refuse("54000", "the text is too long");
  }
  if (type_oid::IsText(type)) {
    AddBinary(text);
    return true;
  }
  if (text.find('\0') != std::string_view::npos) return Refuse(kWrongBytes, "the text holds a NUL");
  AddTextForm(text);
  return true;
}

bool StatementParameters::AddInteger(Oid type, std::int64_t value) {
  const auto fits = [&](auto limit) {
    using Limits = std::numeric_limits<decltype(limit)>;
    return value >= Limits::min() && value <= Limits::max();
  };
  switch (type) {
    case type_oid::kInt8:
      AddWord(static_cast<std::uint64_t>(value), 8);
      return true;
    case type_oid::kInt4:
      if (!fits(std::int32_t{})) break;
      AddWord(static_cast<std::uint64_t>(value), 4);
      return true;
    case type_oid::kInt2:
      if (!fits(std::int16_t{})) break;
      AddWord(static_cast<std::uint64_t>(value), 2);
      return true;
    case type_oid::kTimestamp:
    case type_oid::kTimestampTz:
      return AddInstant(value);
    case type_oid::kFloat4:
    case type_oid::kFloat8:
      return AddDouble(type, static_cast<double>(value));
    case type_oid::kBool:
      return Refuse(kWrongType, "an integer is no boolean");
    default:
      return AddText(type, arena_->Copy(std::to_string(value)));
  }
  return Refuse(kOutOfRange, "the integer is too large for the column's type");
}

bool StatementParameters::AddInstant(std::int64_t ms) {
  if (ms < type_oid::kFirstInstantMs || ms > type_oid::kLastInstantMs) {
    return Refuse(kInstantOutOfRange, "the instant is beyond those that PostgreSQL knows");
  }
  AddWord(static_cast<std::uint64_t>((ms - type_oid::kEpochMs) * 1000), 8);
  return true;
}

bool StatementParameters::AddDouble(Oid type, double value) {
  if (type == type_oid::kFloat8) {
    AddWord(std::bit_cast<std::uint64_t>(value), 8);
    return true;
  }
  if (type == type_oid::kFloat4) {
    const auto rounded = static_cast<float>(value);
    if (std::isinf(rounded) && !std::isinf(value)) {
      return Refuse(kOutOfRange, "the number is too large for the column's type");
    }
    AddWord(std::bit_cast<std::uint32_t>(rounded), 4);
    return true;
  }
  if (!type_oid::IsText(type) && type != type_oid::kNumeric && type != type_oid::kJsonb) {
    return Refuse(kWrongType, "a fraction does not fit the column's type");
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return AddText(type, arena_->Copy({digits, static_cast<std::size_t>(end - digits)}));
}

bool StatementParameters::AddBool(Oid type, bool value) {
  if (type == type_oid::kBool) {
    AddWord(value ? 1 : 0, 1);
    return true;
  }
  if (!type_oid::IsText(type) && type != type_oid::kJsonb) {
    return Refuse(kWrongType, "a boolean does not fit the column's type");
  }
  return AddText(type, value ? "true" : "false");
}

void StatementParameters::AddBinary(std::string_view bytes) {
  values_.push_back(bytes.empty() ? "" : bytes.data());  // A null pointer would be NULL.
  lengths_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(kBinaryFormat);
}

void StatementParameters::AddWord(std::uint64_t bits, std::size_t size) {
  char* at = arena_->Allocate(size);
  for (std::size_t i = size; i > 0; --i, bits >>= 8) at[i - 1] = static_cast<char>(bits & 0xFF);
  AddBinary({at, size});
}

void StatementParameters::AddTextForm(std::string_view text) {
  char* at = arena_->Allocate(text.size() + 1);
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  at[text.size()] = '\0';
  values_.push_back(at);
  lengths_.push_back(static_cast<int>(text.size()));
  formats_.push_back(kTextFormat);
}

bool StatementParameters::Refuse(std::string_view sqlstate, const std::string& what) {
  refusal_.assign(sqlstate).append(" parameter $").append(std::to_string(values_.size() + 1));
  refusal_.append(": ").append(what);
  return false;
}

}  // namespace sluice
