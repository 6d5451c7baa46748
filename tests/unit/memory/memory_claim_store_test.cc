#include "memory/memory_claim_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/fakes.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using Verdicts = std::vector<std::string>;

class MemoryClaimStoreTest : public ::testing::Test {
 protected:
  std::shared_ptr<MemoryClaims> Claims(std::size_t max_keys = 1000) {
    return std::make_shared<MemoryClaims>(max_keys, metrics_, "dedup", [this] { return now_; });
  }

  static Verdicts Ask(ClaimStore& store, const std::vector<Claim>& claims,
                      std::chrono::seconds ttl = std::chrono::hours(1)) {
    if (!store.Send(claims, ttl).ok()) return {"not sent"};
    std::vector<ClaimReply> replies;
    if (!store.Receive(replies).ok()) return {"not received"};
    Verdicts verdicts;
    for (const ClaimReply& reply : replies) {
      verdicts.push_back(reply.unique ? "unique" : "duplicate of " + std::string(reply.holder));
    }
    return verdicts;
  }

  double Evicted() const { return metrics_.Get("sluice_claims_evicted_total{store=dedup,}"); }

  std::chrono::steady_clock::time_point now_;
  FakeMetrics metrics_;
};

TEST_F(MemoryClaimStoreTest, TheFirstClaimOfAKeyIsUniqueAndALaterOneNamesIt) {
  MemoryClaimStore store(Claims());
  EXPECT_EQ(Ask(store, {{"a", "t/0/1"}, {"b", "t/0/2"}, {"a", "t/0/3"}, {"", "t/0/4"}}),
            (Verdicts{"unique", "unique", "duplicate of t/0/1", "unique"}));
  EXPECT_EQ(Ask(store, {{"b", "t/0/5"}}), Verdicts{"duplicate of t/0/2"});
}

TEST_F(MemoryClaimStoreTest, AReplayedBatchIsNotADuplicateOfItself) {
  MemoryClaimStore store(Claims());
  const std::vector<Claim> batch = {{"a", "t/0/1"}, {"a", "t/0/2"}};
  EXPECT_EQ(Ask(store, batch), (Verdicts{"unique", "duplicate of t/0/1"}));
  ASSERT_TRUE(store.Send(batch, std::chrono::hours(1)).ok());
  store.Cancel();
  EXPECT_EQ(Ask(store, batch), (Verdicts{"unique", "duplicate of t/0/1"}));
}

TEST_F(MemoryClaimStoreTest, SendsAreAnsweredInTheirOrder) {
  MemoryClaimStore store(Claims());
  const std::vector<Claim> first = {{"a", "t/0/1"}, {"b", "t/0/2"}};
  const std::vector<Claim> second = {{"a", "t/0/3"}};
  ASSERT_TRUE(store.Send(first, std::chrono::hours(1)).ok());
  ASSERT_TRUE(store.Send(second, std::chrono::hours(1)).ok());
  std::vector<ClaimReply> replies;
  ASSERT_TRUE(store.Receive(replies).ok());
  EXPECT_EQ(replies.size(), 2U);
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].holder, "t/0/1");
  EXPECT_FALSE(store.Receive(replies).ok());
}

TEST_F(MemoryClaimStoreTest, AClaimEndsWithItsTimeToLiveCountedFromTheFirst) {
  const auto claims = Claims();
  MemoryClaimStore store(claims);
  const std::chrono::seconds ttl(10);
  Ask(store, {{"a", "t/0/1"}}, ttl);
  now_ += std::chrono::milliseconds(9'999);
  EXPECT_EQ(Ask(store, {{"a", "t/0/2"}, {"a", "t/0/1"}}, ttl),
            (Verdicts{"duplicate of t/0/1", "unique"}));
  now_ += std::chrono::milliseconds(1);
  EXPECT_EQ(Ask(store, {{"a", "t/0/2"}}, ttl), Verdicts{"unique"});
  EXPECT_EQ(claims->size(), 1U);
  EXPECT_EQ(Evicted(), 0);
}

TEST_F(MemoryClaimStoreTest, EachTimeToLiveEndsAtItsOwnTime) {
  MemoryClaimStore store(Claims());
  Ask(store, {{"long", "t/0/1"}}, std::chrono::seconds(100));
  Ask(store, {{"short", "t/0/2"}}, std::chrono::seconds(10));
  now_ += std::chrono::milliseconds(50'000);
  EXPECT_EQ(Ask(store, {{"long", "t/0/3"}, {"short", "t/0/4"}}),
            (Verdicts{"duplicate of t/0/1", "unique"}));
}

TEST_F(MemoryClaimStoreTest, AFullStoreForgetsExpiredClaimsFirstAndThenTheOldest) {
  const auto claims = Claims(3);
  MemoryClaimStore store(claims);
  Ask(store, {{"a", "t/0/1"}}, std::chrono::seconds(100));
  now_ += std::chrono::milliseconds(1'000);
  Ask(store, {{"b", "t/0/2"}}, std::chrono::seconds(10));
  now_ += std::chrono::milliseconds(1'000);
  Ask(store, {{"c", "t/0/3"}}, std::chrono::seconds(100));
  now_ += std::chrono::milliseconds(10'000);
  Ask(store, {{"d", "t/0/4"}}, std::chrono::seconds(100));
  EXPECT_EQ(Evicted(), 0) << "b had expired";
  Ask(store, {{"e", "t/0/5"}}, std::chrono::seconds(10));
  EXPECT_EQ(Evicted(), 1);
  EXPECT_EQ(claims->size(), 3U);
  EXPECT_EQ(Ask(store, {{"c", "x/0/1"}, {"d", "x/0/2"}, {"e", "x/0/3"}}),
            (Verdicts{"duplicate of t/0/3", "duplicate of t/0/4", "duplicate of t/0/5"}));
  EXPECT_EQ(Ask(store, {{"a", "x/0/4"}}), Verdicts{"unique"});
}

TEST_F(MemoryClaimStoreTest, ManyKeysThroughASmallStoreKeepItSmall) {
  const auto claims = Claims(100);
  MemoryClaimStore store(claims);
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = "key-" + std::to_string(i);
    ASSERT_EQ(Ask(store, {{key, "t/0/1"}}), Verdicts{"unique"});
  }
  EXPECT_EQ(claims->size(), 100U);
  EXPECT_EQ(Evicted(), 49'900);
}

TEST_F(MemoryClaimStoreTest, ATimeToLiveBelowOneSecondIsRefused) {
  MemoryClaimStore store(Claims());
  const Status status = store.Send({}, std::chrono::seconds(0));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
}

TEST_F(MemoryClaimStoreTest, OfWorkersThatClaimTheSameKeysExactlyOneWinsEach) {
  const auto claims = Claims(100'000);
  constexpr int kWorkers = 4;
  constexpr int kKeys = 2'000;
  std::atomic<int> unique{0};
  {
    std::vector<std::jthread> workers;
    workers.reserve(kWorkers);
    for (int worker = 0; worker < kWorkers; ++worker) {
      workers.emplace_back([&, worker] {
        MemoryClaimStore store(claims);
        const std::string owner = "t/" + std::to_string(worker) + "/1";
        for (int i = 0; i < kKeys; ++i) {
          const std::string key = std::to_string(i);
          if (Ask(store, {{key, owner}}) == Verdicts{"unique"}) ++unique;
        }
      });
    }
  }
  EXPECT_EQ(unique, kKeys);
}

}  // namespace
}  // namespace sluice
