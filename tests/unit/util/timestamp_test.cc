#include "util/timestamp.h"

#include <gtest/gtest.h>

#include <limits>

namespace sluice {
namespace {

TEST(TimestampTest, ReadsWhatJodaReads) {
  EXPECT_EQ(ParseTimestamp("2019-12-25T12:58:02.630Z"), 1577278682630);
  EXPECT_EQ(ParseTimestamp("2019-12-25t12:58:02.63z"), 1577278682630);
  EXPECT_EQ(ParseTimestamp("1970-1-1T0:0:0.0Z"), 0);
  EXPECT_EQ(ParseTimestamp("+1970-01-01T00:00:00.006Z"), 6);
  EXPECT_EQ(ParseTimestamp("0000-02-29T00:00:00.000Z"), -62162121600000 - 0);
}

TEST(TimestampTest, RefusesWhatJodaRefuses) {
  for (const char* text :
       {"", "2019-12-25T12:58:02Z", "2019-12-25T12:58:02.630+05:30", "2019-12-25T12:58:02.6300Z",
        "2019-02-30T12:58:02.630Z", "2019-13-01T12:58:02.630Z", "2019-12-25T24:00:00.000Z",
        "2019-12-25T12:60:00.000Z", "2019-12-25T12:58:60.000Z", "2019-12-25 12:58:02.630Z",
        "2019-12-25T12:58:02.630Z ", "2019-12-25T12:58:02.Z", "-T"}) {
    EXPECT_FALSE(ParseTimestamp(text).has_value()) << text;
  }
}

TEST(TimestampTest, WritesThreeDigitsOfMilliseconds) {
  Arena arena;
  EXPECT_EQ(FormatTimestamp(1577278682630, arena), "2019-12-25T12:58:02.630Z");
  EXPECT_EQ(FormatTimestamp(-1, arena), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatTimestamp(253402300800000, arena), "10000-01-01T00:00:00.000Z");
}

TEST(TimestampTest, WritesJulianDatesBeforeTheCutover) {
  Arena arena;
  EXPECT_EQ(FormatTimestamp(-12219292800000, arena), "1582-10-15T00:00:00.000Z");
  EXPECT_EQ(FormatTimestamp(-12219292800001, arena), "1582-10-04T23:59:59.999Z");
  EXPECT_EQ(FormatTimestamp(-62135769600001, arena), "0001-12-31T23:59:59.999Z");
}

TEST(TimestampTest, JodaWritesTheSignOfAYearAndNoJulianDates) {
  Arena arena;
  EXPECT_EQ(FormatJodaTimestamp(1529500243955, arena), "2018-06-20T13:10:43.955Z");
  EXPECT_EQ(FormatJodaTimestamp(-1, arena), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatJodaTimestamp(253402300800000, arena), "10000-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatJodaTimestamp(-62135596800001, arena), "0000-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatJodaTimestamp(-100000000000000, arena), "-1199-02-15T14:13:20.000Z");
  EXPECT_EQ(FormatJodaTimestamp(-62198755200000, arena), "-0001-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatJodaTimestamp(std::numeric_limits<std::int64_t>::max(), arena),
            "292278994-08-17T07:12:55.807Z");
  EXPECT_EQ(FormatJodaTimestamp(std::numeric_limits<std::int64_t>::min(), arena),
            "-292275055-05-16T16:47:04.192Z");
}

TEST(TimestampTest, WhatIsWrittenCanBeRead) {
  Arena arena;
  for (std::int64_t ms = -12'219'292'800'000; ms < 10'000'000'000'000; ms += 86'399'999'871) {
    EXPECT_EQ(ParseTimestamp(FormatTimestamp(ms, arena)), ms);
  }
}

}  // namespace
}  // namespace sluice
