#include "operations/offsets.h"

#include <gtest/gtest.h>

#include <limits>

namespace sluice {
namespace {

using Kind = OffsetTarget::Kind;
using kafka::PartitionId;
using kafka::PartitionOffsets;

const PartitionId kFull{"t", 0};
const PartitionId kEmpty{"t", 1};

/// t[0] holds 10 to 99 and is committed at 40; t[1] is empty, and not committed.
OffsetState State() {
  return {.committed = {{kFull, 40}},
          .begin = {{kFull, 10}, {kEmpty, 0}},
          .end = {{kFull, 100}, {kEmpty, 0}},
          .at_time = {{kFull, 60}, {kEmpty, -1}}};
}

TEST(WantedOffsetsTest, EndsAreThoseOfEachPartition) {
  EXPECT_EQ(WantedOffsets({Kind::kEarliest, 0}, State()).value(),
            (PartitionOffsets{{kFull, 10}, {kEmpty, 0}}));
  EXPECT_EQ(WantedOffsets({Kind::kLatest, 0}, State()).value(),
            (PartitionOffsets{{kFull, 100}, {kEmpty, 0}}));
}

TEST(WantedOffsetsTest, ATimeAfterTheLastRecordIsTheEnd) {
  EXPECT_EQ(WantedOffsets({Kind::kTime, 1}, State()).value(),
            (PartitionOffsets{{kFull, 60}, {kEmpty, 0}}));
}

TEST(WantedOffsetsTest, AShiftNeedsACommittedOffset) {
  const auto wanted = WantedOffsets({Kind::kShift, -1}, State());
  ASSERT_FALSE(wanted.ok());
  EXPECT_NE(wanted.error().message.find("t[1]"), std::string::npos);
}

TEST(WantedOffsetsTest, AShiftOfAnySizeStaysInThePartition) {
  OffsetState state = State();
  state.committed[kEmpty] = 0;
  for (const std::int64_t shift :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const auto wanted = WantedOffsets({Kind::kShift, shift}, state);
    ASSERT_TRUE(wanted.ok());
    const auto change = PlanOffsets("g", wanted.value(), state);
    ASSERT_TRUE(change.ok());
    EXPECT_EQ(change.value().moves[0].after, shift < 0 ? 10 : 100);
    EXPECT_EQ(change.value().moves[1].after, 0);
  }
  EXPECT_EQ(WantedOffsets({Kind::kShift, 5}, state).value().at(kFull), 45);
}

TEST(PlanOffsetsTest, WhatIsOutsideThePartitionIsMovedToItsEdgeAndSaysSo) {
  const auto change = PlanOffsets("g", {{kFull, 5}, {kEmpty, 3}}, State());
  ASSERT_TRUE(change.ok());
  EXPECT_EQ(change.value().moves[0].before, 40);
  EXPECT_EQ(change.value().moves[0].after, 10);
  EXPECT_EQ(change.value().moves[0].note, "5 is before the first record");
  EXPECT_EQ(change.value().moves[1].before, kafka::AdminClient::kNone);
  EXPECT_EQ(change.value().moves[1].after, 0);
  EXPECT_EQ(change.value().moves[1].note, "3 is after the end");
}

TEST(PlanOffsetsTest, APartitionThatIsNotReadIsRefused) {
  const auto change = PlanOffsets("g", {{{"other", 0}, 1}}, State());
  ASSERT_FALSE(change.ok());
  EXPECT_EQ(change.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(change.error().message.find("other[0]"), std::string::npos);
}

TEST(ChangeTextTest, ADryRunSaysThatNothingChanged) {
  OffsetChange change{.group = "g", .moves = {{.id = kFull, .before = -1, .after = 7}}};
  EXPECT_NE(ChangeText(change).find("nothing was changed"), std::string::npos);
  EXPECT_NE(ChangeJson(change).find(R"("executed":false)"), std::string::npos);
  EXPECT_NE(ChangeJson(change).find(R"("before":null,"after":7)"), std::string::npos);
  change.made = true;
  EXPECT_NE(ChangeText(change).find("offsets were set"), std::string::npos);
}

}  // namespace
}  // namespace sluice
