#include "operations/offset_target.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

using Kind = OffsetTarget::Kind;

constexpr std::int64_t kNow = 1'735'689'600'000;  // 2025-01-01T00:00:00Z

OffsetTarget TargetOf(const std::string& text) {
  const auto target = ParseOffsetTarget(text, kNow);
  EXPECT_TRUE(target.ok()) << text;
  return target.ok() ? target.value() : OffsetTarget{};
}

TEST(OffsetTargetTest, EndsOfAPartitionAreWords) {
  EXPECT_EQ(TargetOf("earliest").kind, Kind::kEarliest);
  EXPECT_EQ(TargetOf("latest").kind, Kind::kLatest);
}

TEST(OffsetTargetTest, TimesHaveAZone) {
  for (const char* text :
       {"datetime=2025-01-01T00:00:00Z", "datetime=2025-01-01T00:00:00.000Z",
        "datetime=2025-01-01T05:30:00+05:30", "datetime=2024-12-31T19:00:00.000-05:00"}) {
    EXPECT_EQ(TargetOf(text).kind, Kind::kTime);
    EXPECT_EQ(TargetOf(text).value, kNow) << text;
  }
}

TEST(OffsetTargetTest, ADurationCountsBackFromNow) {
  EXPECT_EQ(TargetOf("by-duration=2h").kind, Kind::kTime);
  EXPECT_EQ(TargetOf("by-duration=2h").value, kNow - 7'200'000);
}

TEST(OffsetTargetTest, AShiftGoesBothWays) {
  EXPECT_EQ(TargetOf("shift-by=-100").value, -100);
  EXPECT_EQ(TargetOf("shift-by=+7").value, 7);
  EXPECT_EQ(TargetOf("shift-by=0").kind, Kind::kShift);
}

class BadTarget : public ::testing::TestWithParam<const char*> {};

TEST_P(BadTarget, IsRefusedWithWhatToWrite) {
  const auto target = ParseOffsetTarget(GetParam(), kNow);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(target.error().message.find("write "), std::string::npos) << target.error().message;
}

INSTANTIATE_TEST_SUITE_P(All, BadTarget,
                         ::testing::Values("", "Earliest", "earliest=1", "datetime",
                                           "datetime=2025-01-01T00:00:00", "datetime=2025-01-01",
                                           "datetime=2025-13-01T00:00:00Z",
                                           "datetime=2025-01-01T00:00:00+0530",
                                           "datetime=2025-01-01T00:00:00+99:00", "by-duration=2",
                                           "by-duration=-2h", "shift-by=", "shift-by=1.5",
                                           "shift-by=ten", "offset=4"));

TEST(OffsetLinesTest, WhatIsWrittenIsReadBack) {
  const kafka::PartitionOffsets offsets = {{{"a.b", 0}, 7}, {{"a.b", 11}, 0}, {{"c", 2}, 1}};
  const std::string text = WriteOffsetLines(offsets);
  EXPECT_EQ(text, "a.b,0,7\na.b,11,0\nc,2,1\n");
  const auto read = ReadOffsetLines(text, "x.csv");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value(), offsets);
}

TEST(OffsetLinesTest, LineEndsOfOtherSystemsAndEmptyLinesAreTaken) {
  const auto read = ReadOffsetLines("a,0,7\r\n\r\n\na,1,8", "x.csv");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().size(), 2U);
}

TEST(OffsetLinesTest, TheFirstWrongLineIsNamed) {
  for (const char* line : {"a,0", "a,0,7,1", "a,x,7", "a,0,-1", "a,-1,7", ",0,7", "a,0,7x",
                           "a,4294967296,7", "a,1,1"}) {
    const auto read = ReadOffsetLines("a,1,1\n" + std::string(line) + "\n", "x.csv");
    ASSERT_FALSE(read.ok()) << line;
    EXPECT_EQ(read.error().message.substr(0, 9), "x.csv:2: ") << read.error().message;
  }
}

}  // namespace
}  // namespace sluice
