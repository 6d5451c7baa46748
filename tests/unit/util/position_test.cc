#include "sluice/position.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(PositionTest, TheTextFormIsFrozen) {
  EXPECT_EQ((Position{"dev.telemetry.raw", 3, 12345}).ToString(), "dev.telemetry.raw/3/12345");
  EXPECT_EQ((Position{"t", 0, 0, 17}).ToString(), "t/0/0/17");
}

}  // namespace
TEST(Position, WhatIsDerivedFromTheOnlyEventOfARecordHasTheOrdinalAsIndex) {
  const Position record{"t", 3, 7};
  EXPECT_EQ(record.Derived(0).ToString(), "t/3/7/0");
  EXPECT_EQ(record.Derived(14).ToString(), "t/3/7/14");
}

TEST(Position, TheDigitsOfASecondDerivationShowBothOrdinals) {
  const Position item = Position{"t", 3, 7}.Derived(4).Derived(2);
  EXPECT_EQ(item.ToString(), "t/3/7/5000000002");
}

TEST(Position, DeeperDerivationsStayApartAndStayTheSame) {
  const Position second = Position{"t", 3, 7}.Derived(4'000'000).Derived(2);
  EXPECT_EQ(second.Derived(1), second.Derived(1));
  EXPECT_NE(second.Derived(1), second.Derived(2));
  EXPECT_NE(second.Derived(1), Position({"t", 3, 7}).Derived(4'000'001).Derived(2).Derived(1));
  EXPECT_GE(second.Derived(1).index, std::int64_t{1} << 62);
}

}  // namespace sluice
