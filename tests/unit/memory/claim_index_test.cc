#include "memory/claim_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace sluice {
namespace {

TEST(ClaimIndexTest, ItAgreesWithAMapWhereManyHashesCollide) {
  ClaimLog log;
  ClaimIndex index;
  std::map<std::string, const LoggedClaim*> expected;
  std::mt19937 random(7);
  for (int step = 0; step < 200'000; ++step) {
    const std::string key = std::to_string(random() % 3'000);
    // Few hashes at both ends of the table, so that runs are long and wrap around.
    const std::uint64_t hash = std::hash<std::string>()(key) % 64 - 32;
    const auto held = expected.find(key);
    ASSERT_EQ(index.Find(hash, key), held == expected.end() ? nullptr : held->second);
    if (held == expected.end()) {
      const LoggedClaim* claim = log.Append(hash, 0, key, "");
      index.Insert(claim);
      expected[key] = claim;
    } else {
      index.Erase(held->second);
      expected.erase(held);
    }
    ASSERT_EQ(index.size(), expected.size());
  }
}

TEST(ClaimIndexTest, ItGrowsWithItsClaims) {
  ClaimLog log;
  ClaimIndex index;
  const auto hash_of = [](int i) { return std::hash<std::string>()(std::to_string(i)); };
  for (int i = 0; i < 100'000; ++i) index.Insert(log.Append(hash_of(i), 0, std::to_string(i), ""));
  EXPECT_EQ(index.size(), 100'000U);
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_NE(index.Find(hash_of(i), std::to_string(i)), nullptr);
  }
  EXPECT_EQ(index.Find(hash_of(100'000), "100000"), nullptr);
}

}  // namespace
}  // namespace sluice
