#include "stages/merge_content/graph_date.h"

#include <gtest/gtest.h>

namespace sluice::stages {
namespace {

TEST(GraphDateTest, SecondsAreTheLastThatCounts) {
  EXPECT_EQ(GraphDateMs("2020-04-01T08:25:24.896+0000"), 1585729524000);
  EXPECT_EQ(GraphDateMs("2020-04-01T08:25:24.896+0530"), 1585729524000) << "as UTC all the same";
  EXPECT_EQ(GraphDateMs("2020-04-01T08:25:24"), 1585729524000);
  EXPECT_EQ(GraphDateMs("2020-04-01T08:25:24 and more"), 1585729524000);
  EXPECT_EQ(GraphDateMs("1969-12-31T23:59:59.999Z"), -1000);
}

TEST(GraphDateTest, WhatIsTooMuchRollsOver) {
  EXPECT_EQ(GraphDateMs("2020-13-41T25:61:61junk"), 1613008921000);
  EXPECT_EQ(GraphDateMs("2020-00-01T00:00:00"), GraphDateMs("2019-12-01T00:00:00"));
  EXPECT_EQ(GraphDateMs("2020-03-00T00:00:00"), GraphDateMs("2020-02-29T00:00:00"));
  EXPECT_EQ(GraphDateMs("2020-01-01T00:00:100000"), GraphDateMs("2020-01-02T03:46:40"));
}

TEST(GraphDateTest, FieldsMayBeShortOrLongAndHaveBlanksBefore) {
  EXPECT_EQ(GraphDateMs("2020-4-1T8:5:4"), GraphDateMs("2020-04-01T08:05:04"));
  EXPECT_EQ(GraphDateMs(" 2020- 04-\t01T 08: 5:  04"), GraphDateMs("2020-04-01T08:05:04"));
  EXPECT_EQ(GraphDateMs("02020-004-001T008:005:004"), GraphDateMs("2020-04-01T08:05:04"));
}

TEST(GraphDateTest, AnythingElseIsNone) {
  for (const char* text :
       {"", "xyz", "2020-04-01", "2020-04-01T08:25", "2020-04-01T08:25:", "2020-04-01 08:25:24",
        "2020 -04-01T08:25:24", "20200401T082524", "2020-04-01T08:25:x", "2020-Apr-01T08:25:24",
        "99999-01-01T00:00:00", "1-2-3T4:5:1234567890"}) {
    EXPECT_EQ(GraphDateMs(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice::stages
