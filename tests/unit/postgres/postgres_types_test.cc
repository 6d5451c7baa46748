#include <limits>

#include "postgres_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class PostgresTypesTest : public PostgresTest {
 protected:
  /// Binds `cell` to a column of the type, and gives what the server has then: its text, or
  /// "refused ...".
  std::string Stored(const std::string& type, const Cell& cell) {
    Run("DROP TABLE IF EXISTS t; CREATE TABLE t (c " + type + ")");
    auto store = Store();
    const StatementId insert = store->Prepare("INSERT INTO t VALUES ($1)");
    const Texts answers = Ask(*store, {Request(insert, {cell})});
    return answers == Texts{"done"} ? Run("SET TimeZone = 'UTC'; SELECT c::text FROM t")
                                    : answers.at(0);
  }
  /// A value of the server as a cell.
  std::string Read(const std::string& expression) {
    auto store = Store();
    const StatementId select = store->Prepare("SELECT " + expression);
    return Ask(*store, {Request(select, {})}).at(0);
  }
};

TEST_F(PostgresTypesTest, CellsAreBoundByTheTypeOfTheColumn) {
  EXPECT_EQ(Stored("int8", Cell::Int(-9'000'000'000)), "-9000000000");
  EXPECT_EQ(Stored("int4", Cell::Int(-5)), "-5");
  EXPECT_EQ(Stored("int2", Cell::Int(7)), "7");
  EXPECT_EQ(Stored("float8", Cell::Double(0.1)), "0.1");
  EXPECT_EQ(Stored("float8", Cell::Int(3)), "3");
  EXPECT_EQ(Stored("float4", Cell::Double(1.5)), "1.5");
  EXPECT_EQ(Stored("bool", Cell::Bool(true)), "true");
  EXPECT_EQ(Stored("text", Cell::Text("naïve '\\")), "naïve '\\");
  EXPECT_EQ(Stored("varchar(9)", Cell::Text("")), "");
  EXPECT_EQ(Stored("json", Cell::Text("{ \"a\":1.50}")), "{ \"a\":1.50}");
  EXPECT_EQ(Stored("jsonb", Cell::Text("{\"b\":1, \"a\":2}")), "{\"a\": 2, \"b\": 1}");
  EXPECT_EQ(Stored("numeric", Cell::Text("12345678901234567890.5")), "12345678901234567890.5");
  EXPECT_EQ(Stored("numeric", Cell::Int(12)), "12");
  EXPECT_EQ(Stored("uuid", Cell::Text("123e4567-e89b-12d3-a456-426614174000")),
            "123e4567-e89b-12d3-a456-426614174000");
  EXPECT_EQ(Stored("text", Cell::Null()), "-");
  EXPECT_EQ(Stored("text", Cell::Int(5)), "5");
  EXPECT_EQ(Stored("text", Cell::Bool(false)), "false");
}

TEST_F(PostgresTypesTest, InstantsAreTheSameWhateverTheTimeZone) {
  Run("ALTER DATABASE " + database_ + " SET TimeZone = 'Asia/Kolkata'");
  EXPECT_EQ(Stored("timestamptz", Cell::Int(1'568'377'184'123)), "2019-09-13 12:19:44.123+00");
  EXPECT_EQ(Stored("timestamp", Cell::Int(1'568'377'184'123)), "2019-09-13 12:19:44.123");
  EXPECT_EQ(Stored("timestamptz", Cell::Int(-1)), "1969-12-31 23:59:59.999+00");
  EXPECT_EQ(Stored("timestamptz", Cell::Int(9'224'318'015'999'999)),
            "294276-12-31 23:59:59.999+00");
  EXPECT_EQ(Stored("timestamptz", Cell::Int(-210'866'803'200'000)), "4714-11-24 00:00:00+00 BC");
}

TEST_F(PostgresTypesTest, CellsThatDoNotFitAreRefusedAndNamed) {
  EXPECT_EQ(Stored("int4", Cell::Int(5'000'000'000)),
            "refused 22003 parameter $1: the integer is too large for the column's type");
  EXPECT_THAT(Stored("int2", Cell::Int(-40'000)), StartsWith("refused 22003 parameter $1"));
  EXPECT_THAT(Stored("float4", Cell::Double(1e300)), StartsWith("refused 22003"));
  EXPECT_THAT(Stored("int8", Cell::Double(1.5)), StartsWith("refused 42804"));
  EXPECT_THAT(Stored("bool", Cell::Int(1)), StartsWith("refused 42804"));
  EXPECT_THAT(Stored("int8", Cell::Bool(true)), StartsWith("refused 42804"));
  EXPECT_THAT(Stored("text", Cell::List({})), StartsWith("refused 42804"));
  EXPECT_THAT(Stored("timestamptz", Cell::Int(9'224'318'016'000'000)), StartsWith("refused 22008"));
  EXPECT_THAT(Stored("timestamptz", Cell::Int(std::numeric_limits<std::int64_t>::min())),
              StartsWith("refused 22008"));
  using namespace std::string_view_literals;
  EXPECT_THAT(Stored("uuid", Cell::Text("1\0"sv)), StartsWith("refused 22021 parameter $1"));
}

TEST_F(PostgresTypesTest, WhatTheServerRefusesIsNamedByParameterOrColumn) {
  using namespace std::string_view_literals;
  EXPECT_THAT(Stored("text", Cell::Text("a\0b"sv)),
              StartsWith("refused 22021 parameter $1: invalid byte sequence"));
  EXPECT_THAT(Stored("text", Cell::Text("\xFF")), StartsWith("refused 22021 parameter $1"));
  EXPECT_THAT(Stored("json", Cell::Text("{")), StartsWith("refused 22P02 parameter $1"));
  EXPECT_THAT(Stored("int8", Cell::Text("x")), StartsWith("refused 22P02 parameter $1"));
  EXPECT_EQ(Stored("text NOT NULL", Cell::Null()).substr(0, 23), "refused 23502 column c:");
  EXPECT_THAT(Stored("int8 CONSTRAINT positive CHECK (c > 0)", Cell::Int(-1)),
              StartsWith("refused 23514 constraint positive: "));
  EXPECT_THAT(Stored("varchar(2)", Cell::Text("abc")), StartsWith("refused 22001"));
}

TEST_F(PostgresTypesTest, RowsAreReadBackAsCells) {
  EXPECT_EQ(Read("true, 1::int2, -2::int4, 3::int8, 1.5::float4, -0.25::float8"),
            "true|1|-2|3|1.500000|-0.250000");
  EXPECT_EQ(Read("'a', 'b'::varchar, 'c'::char(2), 'd'::name, '{\"e\":1}'::json, '{}'::jsonb"),
            "a|b|c |d|{\"e\":1}|{}");
  EXPECT_EQ(Read("NULL::text, '123e4567-e89b-12d3-a456-426614174000'::uuid"),
            "null|123e4567-e89b-12d3-a456-426614174000");
  EXPECT_EQ(Read("'1969-12-31 23:59:59.9999Z'::timestamptz, '2000-01-01'::timestamp"),
            "-1|946684800000");
  EXPECT_EQ(Read("g FROM generate_series(1, 3) AS g"), "1, 2, 3");
  EXPECT_EQ(Read("1 WHERE false"), "done");
}

TEST_F(PostgresTypesTest, AColumnThatCannotBeReadIsNamedAtTheStart) {
  auto store = Store();
  store->Prepare("SELECT 1::numeric AS amount");
  ExpectError(store->Ping(), ErrorKind::kInvalidConfig, "column amount");
}

}  // namespace
}  // namespace sluice
