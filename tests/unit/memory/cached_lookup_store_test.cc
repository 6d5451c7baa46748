#include "memory/cached_lookup_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "memory/memory_lookup_store.h"
#include "support/fakes.h"

namespace sluice {
namespace {

using fakes::FakeLookups;
using fakes::FakeMetrics;
using Kind = Lookup::Kind;
using Texts = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr LookupCache::Limits kLimits{.max_keys = 3, .ttl = 60s, .missing_ttl = 10s};

std::string TextOf(const LookupReply& reply) {
  if (reply.state == LookupReply::State::kMissing) return "missing";
  if (reply.state == LookupReply::State::kWrongType) return "wrong type";
  if (reply.state == LookupReply::State::kUnanswered) return "unanswered";
  std::string text(reply.text);
  for (const LookupField& field : reply.fields)
    text += std::string(field.name) + ":" + std::string(field.value) + ";";
  return text;
}

class CachedLookupStoreTest : public testing::Test {
 protected:
  CachedLookupStoreTest() { Make(kLimits); }

  void Make(const LookupCache::Limits& limits) {
    auto below = std::make_unique<FakeLookups>(entries_);
    below_ = below.get();
    store_ = std::make_unique<CachedLookupStore>(std::move(below), limits, metrics_, "content",
                                                 [this] { return now_; });
  }
  void Send(const Texts& keys, Kind kind = Kind::kText) {
    std::vector<Lookup> lookups;
    for (const std::string& key : keys) lookups.push_back({kind, key});
    EXPECT_TRUE(store_->Send(lookups).ok());
  }
  Texts Receive() {
    if (Status status = store_->Receive(replies_); !status.ok()) return {status.error().message};
    Texts texts;
    for (const LookupReply& reply : replies_) texts.push_back(TextOf(reply));
    return texts;
  }
  Texts Ask(const Texts& keys, Kind kind = Kind::kText) {
    Send(keys, kind);
    return Receive();
  }
  /// What the store below was asked for since the last call.
  Texts Asked() { return std::exchange(below_->asked, {}); }
  double Count(const std::string& name) const {
    return metrics_.Get("sluice_lookup_cache_" + name + "{store=content,}");
  }

  FakeMetrics metrics_;
  FakeLookups::Entries entries_ = {{"a", {"A", {}}},
                                   {"b", {"B", {}}},
                                   {"c", {"C", {}}},
                                   {"d", {"D", {}}},
                                   {"h", {std::nullopt, {{"f", "1"}, {"g", ""}}}}};
  LookupCache::Time now_{1000s};
  FakeLookups* below_ = nullptr;
  std::unique_ptr<CachedLookupStore> store_;
  std::vector<LookupReply> replies_;
};

TEST_F(CachedLookupStoreTest, WhatWasAnsweredIsNotAskedAgainUntilItsTimeIsOver) {
  EXPECT_EQ(Ask({"a", "b"}), (Texts{"A", "B"}));
  entries_["a"].text = "changed";
  now_ += 60s - 1ms;
  EXPECT_EQ(Ask({"b", "a"}), (Texts{"B", "A"}));
  EXPECT_EQ(Asked(), (Texts{"a", "b"}));
  now_ += 1ms;
  EXPECT_EQ(Ask({"a"}), Texts{"changed"});
  EXPECT_EQ(Asked(), Texts{"a"});
}

TEST_F(CachedLookupStoreTest, WhatIsMissingOrOfAnotherTypeHasTheShorterTime) {
  EXPECT_EQ(Ask({"new", "h"}), (Texts{"missing", "wrong type"}));
  entries_["new"].text = "N";
  now_ += 10s - 1ms;
  EXPECT_EQ(Ask({"new", "h"}), (Texts{"missing", "wrong type"}));
  EXPECT_EQ(Asked(), (Texts{"new", "h"}));
  now_ += 1ms;
  EXPECT_EQ(Ask({"new", "h"}), (Texts{"N", "wrong type"}));
  EXPECT_EQ(Asked(), (Texts{"new", "h"}));
}

TEST_F(CachedLookupStoreTest, ATimeOfZeroKeepsNothingThatIsMissing) {
  Make({.max_keys = 3, .ttl = 60s, .missing_ttl = 0s});
  Ask({"new"});
  EXPECT_EQ(Ask({"new"}), Texts{"missing"});
  EXPECT_EQ(Asked(), (Texts{"new", "new"}));
}

TEST_F(CachedLookupStoreTest, WhatWentUnansweredIsAskedAgain) {
  entries_["a"].unanswered = true;
  EXPECT_EQ(Ask({"a", "b"}), (Texts{"unanswered", "B"}));
  entries_["a"].unanswered = false;
  EXPECT_EQ(Ask({"a", "b"}), (Texts{"A", "B"}));
  EXPECT_EQ(Asked(), (Texts{"a", "b", "a"}));
}

TEST_F(CachedLookupStoreTest, AHashComesBackFieldByField) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Ask({"h"}, Kind::kHash), Texts{"f:1;g:;"});
  EXPECT_EQ(Asked(), Texts{"h"});
  EXPECT_EQ(Ask({"h"}), Texts{"wrong type"}) << "the text of the same key is another question";
}

TEST_F(CachedLookupStoreTest, TheLeastRecentlyUsedMakesRoom) {
  Ask({"a", "b", "c"});
  Ask({"a"});
  Ask({"d"});
  Asked();
  EXPECT_EQ(Ask({"a", "c", "d"}), (Texts{"A", "C", "D"}));
  EXPECT_EQ(Asked(), Texts{});
  Ask({"b"});
  EXPECT_EQ(Asked(), Texts{"b"});
  EXPECT_EQ(Count("evictions_total"), 2);
}

TEST_F(CachedLookupStoreTest, ReplacingAnOldAnswerIsNoEviction) {
  Ask({"a", "b", "c"});
  now_ += 60s;
  Ask({"a", "b", "c"});
  EXPECT_EQ(Count("evictions_total"), 0);
}

TEST_F(CachedLookupStoreTest, AnAnswerOutlivesItsEvictionWhileSendsAreUnderWay) {
  Make({.max_keys = 1, .ttl = 60s, .missing_ttl = 10s});
  Ask({"a"});
  Send({"a", "a"});
  Send({"b"});
  Send({"c"});
  EXPECT_EQ(Receive(), (Texts{"A", "A"}));
  EXPECT_EQ(Receive(), Texts{"B"}) << "which takes the place of a";
  Send({"b"});
  EXPECT_EQ(Receive(), Texts{"C"}) << "which takes the place of b";
  EXPECT_EQ(Receive(), Texts{"B"});
}

TEST_F(CachedLookupStoreTest, EqualLookupsOfASendShareTheirBytes) {
  Ask({"a", "b", "a"});
  Ask({"a", "b", "a"});
  EXPECT_EQ(replies_[0].text.data(), replies_[2].text.data());
  EXPECT_NE(replies_[0].text.data(), replies_[1].text.data());
  Ask({"h", "h"}, Kind::kHash);
  Ask({"h", "h"}, Kind::kHash);
  EXPECT_EQ(replies_[0].fields.data(), replies_[1].fields.data());
}

TEST_F(CachedLookupStoreTest, KnownAndUnknownComeInTheOrderOfTheQuestions) {
  Ask({"b", "new"});
  Asked();
  EXPECT_EQ(Ask({"a", "b", "c", "new", "a"}), (Texts{"A", "B", "C", "missing", "A"}));
  EXPECT_EQ(Asked(), (Texts{"a", "c", "a"}));
}

TEST_F(CachedLookupStoreTest, ASendOfNothingIsAnsweredByNothing) {
  EXPECT_EQ(Ask({}), Texts{});
  EXPECT_EQ(Asked(), Texts{});
}

TEST_F(CachedLookupStoreTest, WhatIsKnownIsAnsweredWhileTheServerIsAway) {
  Ask({"a"});
  below_->failures = 1;
  EXPECT_EQ(Ask({"a"}), Texts{"A"});
  const std::vector<Lookup> unknown = {{Kind::kText, "b"}};
  EXPECT_EQ(store_->Send(unknown).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(Ask({"b"}), Texts{"B"}) << "the failed Send has left nothing behind";
}

TEST_F(CachedLookupStoreTest, CancelForgetsTheSendsAndKeepsTheAnswers) {
  Ask({"a"});
  Send({"a", "b"});
  Send({"c"});
  store_->Cancel();
  EXPECT_EQ(store_->Receive(replies_).error().kind, ErrorKind::kFatal);
  Asked();
  EXPECT_EQ(Ask({"d", "a"}), (Texts{"D", "A"}));
  EXPECT_EQ(Asked(), Texts{"d"});
}

TEST_F(CachedLookupStoreTest, HitsMissesAndAgesAreCounted) {
  Ask({"a", "b"});
  Ask({"a", "c"});
  EXPECT_EQ(Count("hits_total"), 1);
  EXPECT_EQ(Count("misses_total"), 3);
  EXPECT_EQ(Count("age_seconds"), 1);
}

TEST_F(CachedLookupStoreTest, AnAnswerToAKeyLongerThanAnyHonestOneIsNotKept) {
  const std::string longest(1024, 'k');
  const std::string longer(1025, 'k');
  Ask({longest, longer});
  Asked();
  Ask({longest, longer});
  EXPECT_EQ(Asked(), Texts{longer});
}

}  // namespace
}  // namespace sluice
