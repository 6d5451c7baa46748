#include "sluice/position.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(PositionTest, TheTextFormIsFrozen) {
  EXPECT_EQ((Position{"dev.telemetry.raw", 3, 12345}).ToString(), "dev.telemetry.raw/3/12345");
  EXPECT_EQ((Position{"t", 0, 0, 17}).ToString(), "t/0/0/17");
}

}  // namespace
}  // namespace sluice
