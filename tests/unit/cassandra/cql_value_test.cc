#include "cassandra/cql_value.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cassandra/cql_number.h"

namespace sluice::cassandra {
namespace {

using Id = CqlType::Id;

CqlType Of(Id id, std::vector<CqlType> parts = {}, std::vector<std::string> names = {}) {
  return {.id = id, .parts = std::move(parts), .names = std::move(names)};
}

std::string HexOf(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

/// The content of the [bytes] in hex, or what does not fit.
std::string Written(const CqlType& type, const Cell& cell) {
  std::string out;
  const std::string problem = AppendValue(out, type, cell);
  if (!problem.empty()) return problem;
  return HexOf(out).substr(0, 8) == "ffffffff" ? "null" : HexOf(out).substr(8);
}

/// The cell after it was written and read.
class CqlValueTest : public ::testing::Test {
 protected:
  std::optional<Cell> Through(const CqlType& type, const Cell& cell) {
    bytes_.clear();
    EXPECT_EQ(AppendValue(bytes_, type, cell), "");
    CqlReader reader(bytes_);
    return ReadValue(type, reader.Bytes(), arena_);
  }
  std::optional<Cell> Read(const CqlType& type, std::string_view content) {
    bytes_ = content;
    return ReadValue(type, bytes_, arena_);
  }

  Arena arena_;
  std::string bytes_;
};

TEST_F(CqlValueTest, NumbersAreBigEndian) {
  EXPECT_EQ(Written(Of(Id::kInt), Cell::Int(-2)), "fffffffe");
  EXPECT_EQ(Written(Of(Id::kBigint), Cell::Int(258)), "0000000000000102");
  EXPECT_EQ(Written(Of(Id::kTimestamp), Cell::Int(1)), "0000000000000001");
  EXPECT_EQ(Written(Of(Id::kSmallint), Cell::Int(-32768)), "8000");
  EXPECT_EQ(Written(Of(Id::kTinyint), Cell::Int(127)), "7f");
  EXPECT_EQ(Written(Of(Id::kFloat), Cell::Double(4.5)), "40900000");
  EXPECT_EQ(Written(Of(Id::kDouble), Cell::Int(1)), "3ff0000000000000");
  EXPECT_EQ(Written(Of(Id::kBoolean), Cell::Bool(true)), "01");
  EXPECT_EQ(Written(Of(Id::kVarchar), Cell::Text("é")), "c3a9");
  EXPECT_EQ(Written(Of(Id::kVarchar), Cell::Text("")), "");
  EXPECT_EQ(Written(Of(Id::kInt), Cell::Null()), "null");
}

TEST_F(CqlValueTest, WhatDoesNotFitIsSaid) {
  EXPECT_EQ(Written(Of(Id::kTinyint), Cell::Int(128)), "a number that does not fit into tinyint");
  EXPECT_EQ(Written(Of(Id::kSmallint), Cell::Int(-32769)),
            "a number that does not fit into smallint");
  EXPECT_EQ(Written(Of(Id::kInt), Cell::Int(2147483648)), "a number that does not fit into int");
  EXPECT_EQ(Written(Of(Id::kFloat), Cell::Double(1e300)), "a number that does not fit into float");
  EXPECT_EQ(Written(Of(Id::kInt), Cell::Double(1)), "a number where int is expected");
  EXPECT_EQ(Written(Of(Id::kVarchar), Cell::Int(1)), "an integer where text is expected");
  EXPECT_EQ(Written(Of(Id::kBoolean), Cell::Int(1)), "an integer where boolean is expected");
  EXPECT_EQ(Written(Of(Id::kUuid), Cell::Text("x")), "text that is none where uuid is expected");
  EXPECT_EQ(Written(Of(Id::kTimeuuid), Cell::Text("d5a2a6a0-8f3c-41ec-b909-0242ac120002")),
            "text that is none where timeuuid is expected");
  EXPECT_EQ(Written(Of(Id::kDecimal), Cell::Text("1,5")),
            "text that is no number where decimal is expected");
  EXPECT_EQ(Written(Of(Id::kDate), Cell::Text("x")),
            "a value of type date, which has no form here");
}

TEST_F(CqlValueTest, CollectionsAndTypesGoBothWays) {
  const CqlType udt = Of(Id::kUdt, {Of(Id::kInt), Of(Id::kVarchar)}, {"a", "b"});
  const std::vector<CellField> fields = {{"b", Cell::Text("x")}};
  EXPECT_EQ(Written(udt, Cell::Struct(fields)), "ffffffff0000000178");
  const auto structure = Through(udt, Cell::Struct(fields));
  ASSERT_TRUE(structure);
  ASSERT_EQ(structure->fields.size(), 2U);
  EXPECT_EQ(structure->fields[0].name, "a");
  EXPECT_TRUE(structure->fields[0].value.is_null());
  EXPECT_EQ(structure->fields[1].value.text, "x");

  const std::vector<Cell> items = {Cell::Struct(fields)};
  const std::vector<CellField> entries = {{"k", Cell::List(items)}};
  const CqlType map = Of(Id::kMap, {Of(Id::kVarchar), Of(Id::kList, {udt})});
  const auto read = Through(map, Cell::Map(entries));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->fields[0].name, "k");
  EXPECT_EQ(read->fields[0].value.items[0].fields[1].value.text, "x");
  EXPECT_EQ(Written(Of(Id::kSet, {Of(Id::kInt)}), Cell::List({})), "00000000");

  const std::vector<CellField> unknown = {{"c", Cell::Int(1)}};
  EXPECT_EQ(Written(udt, Cell::Struct(unknown)), "a field that the type does not have");
  const std::vector<CellField> wrong = {{"a", Cell::Text("1")}};
  EXPECT_EQ(Written(udt, Cell::Struct(wrong)), "field a: text where int is expected");
  const std::vector<Cell> hole = {Cell::Null()};
  EXPECT_EQ(Written(Of(Id::kList, {Of(Id::kInt)}), Cell::List(hole)), "null in a list");
}

TEST_F(CqlValueTest, ATypeThatHasGrownReadsOldValues) {
  const CqlType udt = Of(Id::kUdt, {Of(Id::kInt), Of(Id::kVarchar)}, {"a", "b"});
  const auto read = Read(udt, std::string_view("\0\0\0\4\0\0\0\7", 8));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->fields[0].value.integer, 7);
  EXPECT_TRUE(read->fields[1].value.is_null());
}

TEST_F(CqlValueTest, BytesThatAreNoValueAreRefused) {
  EXPECT_FALSE(Read(Of(Id::kInt), "abc"));
  EXPECT_FALSE(Read(Of(Id::kUuid), "abc"));
  EXPECT_FALSE(Read(Of(Id::kBoolean), "ab"));
  EXPECT_FALSE(Read(Of(Id::kFloat), "12345678"));
  EXPECT_FALSE(Read(Of(Id::kDecimal), std::string_view("\0\0\0\0", 4)));
  EXPECT_FALSE(Read(Of(Id::kList, {Of(Id::kInt)}), std::string_view("\x7f\xff\xff\xff", 4)));
  EXPECT_FALSE(Read(Of(Id::kList, {Of(Id::kInt)}), std::string_view("\0\0\0\1\0\0\0\4\0\0", 10)));
  EXPECT_FALSE(Read(Of(Id::kMap, {Of(Id::kVarchar), Of(Id::kInt)}),
                    std::string_view("\0\0\0\1\0\0\0\1k", 9)));
  const auto empty = Read(Of(Id::kInt), "");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->is_null());
}

TEST_F(CqlValueTest, DecimalsAreExact) {
  // Text, scale, digits as they stand in the column; and how Java writes it.
  struct Case {
    const char* text;
    const char* bytes;
    const char* java;
  };
  const std::vector<Case> cases = {
      {"1.0E+10", "fffffff70a", "1.0E+10"}, {"0", "0000000000", "0"},
      {"-0.5", "00000001fb", "-0.5"},       {"12", "000000000c", "12"},
      {"1e3", "fffffffd01", "1E+3"},        {"128", "000000000080", "128"},
      {"-128", "0000000080", "-128"},       {"0.000001", "0000000601", "0.000001"},
      {"1e-7", "0000000701", "1E-7"},       {"33.333333333333336", nullptr, "33.333333333333336"},
      {"-129", "00000000ff7f", "-129"},     {"100.0", "0000000103e8", "100.0"},
      {"+1.50", "000000020096", "1.50"},    {"12E-10", "0000000a0c", "1.2E-9"}};
  for (const Case& each : cases) {
    if (each.bytes != nullptr) {
      EXPECT_EQ(Written(Of(Id::kDecimal), Cell::Text(each.text)), each.bytes);
    }
    const auto read = Through(Of(Id::kDecimal), Cell::Text(each.text));
    ASSERT_TRUE(read) << each.text;
    EXPECT_EQ(read->text, each.java);
  }
  for (const char* text :
       {"", "-", ".", "e5", "1e", "1e99999999999", "1.2.3", "0x1", "1 ", "NaN"}) {
    EXPECT_FALSE(DecimalOfText(text)) << text;
  }
  EXPECT_FALSE(DecimalOfText(std::string(5000, '1')));
}

TEST_F(CqlValueTest, IntegersOfAnySizeGoBothWays) {
  const std::string large = "-123456789012345678901234567890";
  const auto read = Through(Of(Id::kVarint), Cell::Text(large));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text, large);
  for (const std::int64_t number :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-129}, std::int64_t{-1},
        std::int64_t{0}, std::int64_t{255}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(Through(Of(Id::kVarint), Cell::Int(number))->integer, number);
  }
  std::string digits = "9";
  for (int i = 0; i < 3900; ++i) digits += static_cast<char>('0' + i % 10);
  EXPECT_EQ(TextOfVarint(*VarintOfText(digits)), digits);
  EXPECT_FALSE(TextOfVarint(std::string(1639, '\1')));
}

TEST_F(CqlValueTest, UuidsAreTheirText) {
  const char* text = "d5a2a6a0-8f3c-11ec-b909-0242ac120002";
  EXPECT_EQ(Written(Of(Id::kTimeuuid), Cell::Text(text)), "d5a2a6a08f3c11ecb9090242ac120002");
  EXPECT_EQ(Through(Of(Id::kUuid), Cell::Text(text))->text, text);
  EXPECT_FALSE(UuidOfText("d5a2a6a0-8f3c-11ec-b909-0242ac12000"));
  EXPECT_FALSE(UuidOfText("d5a2a6a0-8f3c-11ec-b9090-242ac120002"));
  EXPECT_FALSE(UuidOfText("+5a2a6a0-8f3c-11ec-b909-0242ac120002"));
}

}  // namespace
}  // namespace sluice::cassandra
