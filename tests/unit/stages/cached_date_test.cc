#include "stages/denormalize/cached_date.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::stages {
namespace {

struct Case {
  const char* text;
  std::int64_t ms;
};

constexpr std::int64_t kNoon = 1'529'068'016'090;  // 2018-06-15T13:06:56.090Z
constexpr std::int64_t kHour = 3'600'000;

/// de-normalization.md 10.7.
class CachedDateTest : public ::testing::TestWithParam<Case> {};

TEST_P(CachedDateTest, IsAsTheOriginalReadsIt) {
  EXPECT_EQ(CachedDateMs(GetParam().text), GetParam().ms) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Table, CachedDateTest,
                         ::testing::Values(Case{"2018-06-15T13:06:56.090+0000", kNoon},
                                           Case{"2018-06-15T13:06:56.090Z", kNoon},
                                           Case{"2018-06-15T13:06:56.090z", kNoon},
                                           Case{"2018-06-15t13:06:56.090Z", kNoon},
                                           Case{"2018-06-15T13:06:56.090", kNoon},
                                           Case{"2018-06-15T13:06:56.09", kNoon},
                                           Case{"2018-06-15T13:06:56.090+05:30", 1'529'048'216'090},
                                           Case{"2018-06-15T13:06:56.090+0530", 1'529'048'216'090},
                                           Case{"2018-06-15T13:06:56.9+0000", 1'529'068'016'900},
                                           Case{"2018-6-5T1:2:3.4Z", 1'528'160'523'400},
                                           Case{"18-06-15T13:06:56.090Z", -61'584'835'983'910},
                                           Case{"+2018-06-15T13:06:56.090Z", kNoon},
                                           Case{"1969-12-31T23:59:59.999Z", -1},
                                           Case{"1970-01-01T00:00:00.000Z", 0}));

INSTANTIATE_TEST_SUITE_P(
    Zones, CachedDateTest,
    ::testing::Values(
        Case{"2018-06-15T13:06:56.090+01", kNoon - kHour},
        Case{"2018-06-15T13:06:56.090-01", kNoon + kHour},
        Case{"2018-06-15T13:06:56.090-0130", kNoon + kHour + kHour / 2},
        Case{"2018-06-15T13:06:56.090+013015", kNoon - kHour - kHour / 2 - 15'000},
        Case{"2018-06-15T13:06:56.090+01:30:15", kNoon - kHour - kHour / 2 - 15'000},
        Case{"2018-06-15T13:06:56.090+0130155", kNoon - kHour - kHour / 2 - 15'500},
        Case{"2018-06-15T13:06:56.090+01:30:15.5", kNoon - kHour - kHour / 2 - 15'500},
        Case{"2018-06-15T13:06:56.090+01:30:15,123", kNoon - kHour - kHour / 2 - 15'123},
        Case{"2018-06-15T13:06:56.090+23:59:59.999", kNoon - 24 * kHour + 1},
        Case{"2018-06-15T13:06:56.090-00:00", kNoon}));

INSTANTIATE_TEST_SUITE_P(
    NoDate, CachedDateTest,
    ::testing::Values(
        Case{"", 0}, Case{"x", 0}, Case{".", 0}, Case{"2018-06-15T13:06:56+0000", 0},
        Case{"2018-06-15T13:06:56", 0}, Case{"2018-06-15T13:06:56.0901+0000", 0},
        Case{"2018-06-15T13:06:56.0901", 0}, Case{"2018-06-15T13:06:56.+0000", 0},
        Case{"2018-06-15T13:06:56.", 0}, Case{"2018-06-15T13:06:56.090+5", 0},
        Case{"2018-06-15T13:06:56.090+", 0}, Case{"2018-06-15T13:06:56.090+053", 0},
        Case{"2018-06-15T13:06:56.090+05:", 0}, Case{"2018-06-15T13:06:56.090+05:3015", 0},
        Case{"2018-06-15T13:06:56.090+0530:15", 0}, Case{"2018-06-15T13:06:56.090+24:00", 0},
        Case{"2018-06-15T13:06:56.090+05:60", 0}, Case{"2018-06-15T13:06:56.090+05:30:60", 0},
        Case{"2018-06-15T13:06:56.090+05:30:15.", 0},
        Case{"2018-06-15T13:06:56.090+05:30:15.1234", 0},
        Case{"2018-06-15T13:06:56.090+053015.5", 0}, Case{"2018-06-15T13:06:56.090ZZ", 0},
        Case{"2018-06-15T13:06:56.090 Z", 0}, Case{"2018-06-15T13:06:56.090Z ", 0},
        Case{" 2018-06-15T13:06:56.090Z", 0}, Case{"2018-06-15 13:06:56.090+0000", 0},
        Case{"2018-06-15 13:06:56:090+0000", 0}, Case{"2018-06-15", 0},
        Case{"2018-02-30T13:06:56.090Z", 0}, Case{"2018-13-15T13:06:56.090Z", 0},
        Case{"2018-00-15T13:06:56.090Z", 0}, Case{"2018-06-00T13:06:56.090Z", 0},
        Case{"2018-06-15T24:00:00.000Z", 0}, Case{"2018-06-15T13:60:56.090Z", 0},
        Case{"2018-06-15T13:06:60.090Z", 0}, Case{"1571999041881", 0},
        Case{"1234567890-06-15T13:06:56.090Z", 0}, Case{"2018-006-15T13:06:56.090Z", 0},
        Case{"2018-06-15T13:06:56,090Z", 0},
        Case{"\xD9\xA2"
             "018-06-15T13:06:56.090Z",
             0}));

TEST(CachedDateTest, NoYearThatPassesOverflows) {
  EXPECT_EQ(CachedDateMs("292278993-12-31T23:59:59.999-23:59:59.999"),
            9'223'372'017'129'599'999 + 24 * kHour - 1);
  EXPECT_EQ(CachedDateMs("-292275054-01-01T00:00:00.000+23:59:59.999"),
            -9'223'372'017'043'200'000 - 24 * kHour + 1);
  EXPECT_EQ(CachedDateMs("292278994-01-01T00:00:00.000Z"), 0);
}

}  // namespace
}  // namespace sluice::stages
