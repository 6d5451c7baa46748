#include "operations/text_table.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(TextTableTest, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(TextTable({{"NAME", "N", "NOTE"}, {"a", "100", ""}, {"longer", "2", "x"}}, {1}),
            "NAME      N  NOTE\n"
            "a       100\n"
            "longer    2  x\n");
}

TEST(DurationTextTest, TheLargestUnitThatLeavesNothingOver) {
  EXPECT_EQ(DurationText(172'800'000), "48h");
  EXPECT_EQ(DurationText(90'000), "90s");
  EXPECT_EQ(DurationText(120'000), "2m");
  EXPECT_EQ(DurationText(1), "1ms");
  EXPECT_EQ(DurationText(0), "0ms");
}

}  // namespace
}  // namespace sluice
