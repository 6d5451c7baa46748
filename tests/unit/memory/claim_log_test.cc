#include "memory/claim_log.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace sluice {
namespace {

TEST(ClaimLogTest, ClaimsLeaveInTheOrderInWhichTheyCame) {
  ClaimLog log;
  std::deque<std::string> held;
  int made = 0;
  // Grows and shrinks over many blocks; now and then a claim is larger than a block.
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 400; ++i, ++made) {
      const std::size_t padding = made % 997 == 0 ? 100'000 : static_cast<std::size_t>(made % 300);
      held.push_back(std::to_string(made) + std::string(padding, 'k'));
      const LoggedClaim* claim =
          log.Append(static_cast<std::uint64_t>(made), made, held.back(), std::to_string(made));
      ASSERT_EQ(claim->key(), held.back());
    }
    for (int i = 0; i < 380; ++i) {
      const LoggedClaim* oldest = log.oldest();
      ASSERT_NE(oldest, nullptr);
      ASSERT_EQ(oldest->key(), held.front());
      ASSERT_EQ(oldest->owner(), std::to_string(oldest->made_ms));
      log.DropOldest();
      held.pop_front();
    }
  }
  for (; !held.empty(); held.pop_front()) {
    ASSERT_EQ(log.oldest()->key(), held.front());
    log.DropOldest();
  }
  EXPECT_EQ(log.oldest(), nullptr);
}

TEST(ClaimLogTest, AnEmptyKeyAndOwnerAreKept) {
  ClaimLog log;
  EXPECT_EQ(log.oldest(), nullptr);
  const LoggedClaim* claim = log.Append(7, 8, "", "");
  EXPECT_EQ(claim->key(), "");
  EXPECT_EQ(claim->owner(), "");
  EXPECT_EQ(log.oldest(), claim);
}

}  // namespace
}  // namespace sluice
