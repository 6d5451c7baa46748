#include "redis/claim_holder.h"

#include <gtest/gtest.h>

#include <string>

#include "sluice/position.h"

namespace sluice {
namespace {

TEST(ClaimHolderTest, EveryFormOfAPositionIsAHolder) {
  for (const Position& position :
       {Position{"dev.telemetry.raw", 0, 0, Position::kNoIndex}, Position{"a", 12, 345, 6},
        Position{"A-b_c.9", 2147483647, 9223372036854775807, 0}}) {
    EXPECT_EQ(HolderOf(position.ToString()), position.ToString());
  }
}

TEST(ClaimHolderTest, AnythingElseIsForeign) {
  const std::string long_topic(250, 't');
  for (const std::string& value : {std::string(),
                                   std::string("1"),
                                   std::string("topic"),
                                   std::string("topic/1"),
                                   std::string("topic/1/"),
                                   std::string("topic//2"),
                                   std::string("/1/2"),
                                   std::string("topic/1/2/"),
                                   std::string("topic/1/2/3/4"),
                                   std::string("topic/1/2/x"),
                                   std::string("topic/-1/2"),
                                   std::string("topic/+1/2"),
                                   std::string("topic/01/2"),
                                   std::string("topic/1/2 "),
                                   std::string("to pic/1/2"),
                                   std::string("t\xc3\xa4/1/2"),
                                   std::string("topic/2147483648/1"),
                                   std::string("topic/1/9223372036854775808"),
                                   std::string("topic/1/2\0", 10),
                                   long_topic + "/1/2"}) {
    EXPECT_EQ(HolderOf(value), "") << value;
  }
}

}  // namespace
}  // namespace sluice
