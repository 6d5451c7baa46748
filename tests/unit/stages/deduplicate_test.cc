#include <gmock/gmock.h>

#include "stage_fixture.h"
#include "util/sha256.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;
using State = Event::State;

constexpr const char* kDeduplicateEntry =
    "deduplicate: { key: /mid, store: dedup, flag: pp_duplicate }";

class DeduplicateTest : public StageTest {
 protected:
  static std::string Mid(const std::string& mid) { return R"({"mid":")" + mid + "\"}"; }
  /// Adds these and tells of each whether it is a duplicate after the stage.
  std::vector<bool> Duplicates(Stage& stage, const std::vector<std::string>& mids) {
    Forget();
    for (const std::string& mid : mids) Add(Mid(mid));
    EXPECT_TRUE(Run(stage).ok());
    std::vector<bool> duplicates;
    for (const Event& event : batch_.events())
      duplicates.push_back(event.state() == State::kDiverted);
    return duplicates;
  }
};

TEST_F(DeduplicateTest, KeyStoreAndFlagMustBeGiven) {
  EXPECT_EQ(Problem(kDeduplicateEntry), "");
  const std::string problem = Problem("deduplicate");
  for (const char* key : {"key", "store", "flag"})
    EXPECT_THAT(problem, HasSubstr("`" + std::string(key) + "` is missing"));
}

TEST_F(DeduplicateTest, WhatIsWrongWithAValueIsSaid) {
  const auto with = [&](const std::string& more) {
    return Problem("deduplicate: { key: /mid, store: dedup, flag: f, " + more + " }");
  };
  EXPECT_THAT(with("ttl: 0s"), HasSubstr("ttl must be at least 1s"));
  EXPECT_THAT(with("ttl: 999ms"), HasSubstr("ttl must be at least 1s"));
  EXPECT_THAT(with("ttl: 60"), HasSubstr("must be a duration"));
  EXPECT_THAT(with("time: 1h"), HasSubstr("unknown key `time`"));
  EXPECT_THAT(with("side_output: dup"), HasSubstr("no side output `dup`"));
  EXPECT_THAT(Problem("deduplicate: { key: mid, store: dedup, flag: f }"),
              HasSubstr("must be a JSON pointer"));
  EXPECT_THAT(Problem("deduplicate: { key: /mid, store: dedub, flag: f }"),
              HasSubstr("did you mean `dedup`?"));
  EXPECT_THAT(Problem("deduplicate: { key: /mid, store: dedup, flag: a/b }"),
              HasSubstr("flag must be a plain name"));
}

TEST_F(DeduplicateTest, TheFirstOfAKeyPassesAndOthersNameIt) {
  const auto stage = Build(kDeduplicateEntry);
  EXPECT_TRUE(stage->HasRequests());
  EXPECT_EQ(Duplicates(*stage, {"a", "b", "a"}), (std::vector<bool>{false, false, true}));
  EXPECT_EQ(TextOf(batch_.events()[0]), Mid("a"));
  const Event& duplicate = batch_.events()[2];
  EXPECT_STREQ(duplicate.reason(), "duplicate_key");
  EXPECT_EQ(duplicate.note().first_claimant, "in/0/0");
  EXPECT_EQ(duplicate.side_output(), 1);
  EXPECT_TRUE(duplicate.doc().Read(Path("/flags/pp_duplicate")).IsTrue());
  EXPECT_EQ(CountOf("unique-event-count"), 2U);
  EXPECT_EQ(CountOf("duplicate-event-count"), 1U);
  EXPECT_EQ(resources_.claims.at("a"), "in/0/0");
}

TEST_F(DeduplicateTest, AClaimOfTheOriginalHasNoNameButCounts) {
  resources_.claims["a"] = "";
  EXPECT_EQ(Duplicates(*Build(kDeduplicateEntry), {"a"}), (std::vector<bool>{true}));
  EXPECT_EQ(batch_.events()[0].note().first_claimant, "");
}

TEST_F(DeduplicateTest, AnEventWithoutKeyIsADuplicateAndAsksNobody) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.last_store->failures = 1;
  for (const char* text : {"{}", R"({"mid":null})", R"({"mid":5})"}) Add(text);
  ASSERT_TRUE(Run(*stage).ok());
  for (const Event& event : batch_.events()) {
    EXPECT_STREQ(event.reason(), "missing_key");
    EXPECT_TRUE(event.doc().Read(Path("/flags/pp_duplicate")).IsTrue());
  }
  EXPECT_TRUE(resources_.claims.empty());
  EXPECT_EQ(CountOf("duplicate-event-count"), 3U);
}

TEST_F(DeduplicateTest, FlagsThatAreNoObjectAreLeftAlone) {
  const auto stage = Build(kDeduplicateEntry);
  const Event& event = Add(R"({"flags":"x"})");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(TextOf(event), R"({"flags":"x"})");
  EXPECT_EQ(event.state(), State::kDiverted);
}

TEST_F(DeduplicateTest, WhatHasLeftThePipelineClaimsNothing) {
  const auto stage = Build(kDeduplicateEntry);
  Add(Mid("a")).Divert(0, "refused");
  Add(Mid("a"));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(resources_.claims.at("a"), "in/0/1");
  EXPECT_TRUE(batch_.events()[1].active());
}

TEST_F(DeduplicateTest, AStoreThatIsAwayFailsTheBatchAndIsAskedAgain) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.last_store->failures = 1;
  Add(Mid("a"));
  const Status status = Run(*stage);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  stage->Cancel();
  EXPECT_EQ(Duplicates(*stage, {"a"}), (std::vector<bool>{false}));
}

TEST_F(DeduplicateTest, AfterACancelNobodyGetsTheRepliesOfTheForgottenBatch) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.claims["a"] = "in/0/77";
  Add(Mid("a"));
  ASSERT_TRUE(stage->Start(batch_).ok());
  stage->Cancel();
  EXPECT_EQ(Duplicates(*stage, {"b"}), (std::vector<bool>{false}));
}

TEST_F(DeduplicateTest, ALostReplyMakesNoDuplicates) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.last_store->lost_replies = 1;
  Add(Mid("a"));
  Add(Mid("a"));
  const Status status = Run(*stage);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  stage->Cancel();
  // The claims were made; the same positions come again.
  EXPECT_EQ(resources_.claims.at("a"), "in/0/0");
  EXPECT_EQ(Duplicates(*stage, {"a", "a"}), (std::vector<bool>{false, true}));
}

TEST_F(DeduplicateTest, AStoreThatGivesTooFewRepliesEndsTheProcess) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.last_store->drops_a_reply = true;
  Add(Mid("a"));
  Add(Mid("b"));
  const Status status = Run(*stage);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kFatal);
  EXPECT_EQ(status.error().message, "store dedup: 1 replies to 2 requests");
}

TEST_F(DeduplicateTest, AReplayedBatchIsNotADuplicateOfItself) {
  EXPECT_EQ(Duplicates(*Build(kDeduplicateEntry), {"a", "b", "a"}),
            (std::vector<bool>{false, false, true}));
  EXPECT_EQ(Duplicates(*Build(kDeduplicateEntry), {"a", "b", "a"}),
            (std::vector<bool>{false, false, true}));
}

TEST_F(DeduplicateTest, DerivedEventsClaimWithTheirOwnPosition) {
  const auto stage = Build(kDeduplicateEntry);
  const Event& source = Add(Mid("a"));
  ASSERT_NE(batch_.Create(source, 0, Mid("b")), nullptr);
  ASSERT_NE(batch_.Create(source, 1, Mid("b")), nullptr);
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(resources_.claims.at("b"), "in/0/0/0");
  EXPECT_TRUE(batch_.events()[1].active());
  EXPECT_EQ(batch_.events()[2].note().first_claimant, "in/0/0/0");
}

TEST_F(DeduplicateTest, TwoBatchesMayBeUnderWay) {
  const auto stage = Build(kDeduplicateEntry);
  Add(Mid("a"));
  Batch second;
  const std::string text = Mid("a");
  Event& later = AddEvent(second, {Position{"in", 0, 7}, text});
  ASSERT_TRUE(stage->Start(batch_).ok());
  ASSERT_TRUE(stage->Start(second).ok());
  ASSERT_TRUE(stage->Finish(batch_).ok());
  ASSERT_TRUE(stage->Finish(second).ok());
  EXPECT_TRUE(batch_.events()[0].active());
  EXPECT_EQ(later.note().first_claimant, "in/0/0");
}

TEST_F(DeduplicateTest, ItsProbeAsksTheStore) {
  const auto stage = Build(kDeduplicateEntry);
  EXPECT_TRUE(stage->Probe().ok());
  resources_.last_store->ping_failures = 1;
  EXPECT_FALSE(stage->Probe().ok());
}

std::string With(const std::string& more) {
  return "deduplicate: { key: /mid, store: dedup, flag: f, " + more + " }";
}

TEST_F(DeduplicateTest, AnUnknownChoiceIsRefused) {
  EXPECT_THAT(Problem(With("missing: drop")), HasSubstr("missing must be duplicate or unique"));
  EXPECT_THAT(Problem(With("blank: no")), HasSubstr("blank must be key or missing"));
  EXPECT_THAT(Problem(With("flags: drop")), HasSubstr("flags must be keep, repair or replace"));
}

TEST_F(DeduplicateTest, TheStoreHasTheKeyWithItsPrefix) {
  EXPECT_EQ(Duplicates(*Build(With("prefix: \"CB:\"")), {"a", "a"}),
            (std::vector<bool>{false, true}));
  EXPECT_EQ(resources_.claims.count("CB:a"), 1U);
}

TEST_F(DeduplicateTest, AnEventWithoutKeyCanBeUnique) {
  const auto stage = Build(With("missing: unique"));
  for (const char* text : {"{}", R"({"mid":null})", R"({"mid":5})"}) Add(text);
  ASSERT_TRUE(Run(*stage).ok());
  for (const Event& event : batch_.events()) EXPECT_TRUE(event.active());
  EXPECT_EQ(CountOf("unique-event-count"), 3U);
  EXPECT_TRUE(resources_.claims.empty());
}

TEST_F(DeduplicateTest, ABlankKeyIsAKeyUnlessItIsMissing) {
  EXPECT_EQ(Duplicates(*Build(With("missing: unique")), {"", ""}),
            (std::vector<bool>{false, true}));
  EXPECT_EQ(Duplicates(*Build(With("missing: unique, blank: missing")), {"", " ", " "}),
            (std::vector<bool>{false, false, false}));
}

TEST_F(DeduplicateTest, FlagsAreKeptRepairedOrReplaced) {
  resources_.claims["a"] = "";
  const std::string object = R"({"mid":"a","flags":{"x":1}})";
  const std::string text = R"({"mid":"a","flags":"x"})";
  const auto keep = Build(With("flags: keep"));
  EXPECT_EQ(TextAfter(*keep, object), R"({"mid":"a","flags":{"f":true,"x":1}})");
  EXPECT_EQ(TextAfter(*keep, text), text);
  const auto repair = Build(With("flags: repair"));
  EXPECT_EQ(TextAfter(*repair, object), R"({"mid":"a","flags":{"f":true,"x":1}})");
  EXPECT_EQ(TextAfter(*repair, text), R"({"mid":"a","flags":{"f":true}})");
  const auto replace = Build(With("flags: replace"));
  EXPECT_EQ(TextAfter(*replace, object), R"({"mid":"a","flags":{"f":true}})");
  EXPECT_EQ(TextAfter(*replace, text), R"({"mid":"a","flags":{"f":true}})");
}

TEST_F(DeduplicateTest, UniqueEventsCanHaveTheFlagAsFalse) {
  const auto stage = Build(With("missing: unique, flag_unique: true"));
  EXPECT_EQ(TextAfter(*stage, Mid("a")), R"({"flags":{"f":false},"mid":"a"})");
  EXPECT_EQ(TextAfter(*stage, R"({"eid":"X"})"), R"({"flags":{"f":false},"eid":"X"})");
}

TEST_F(DeduplicateTest, AReadOnlyEventAsksForItsKeyAndLeavesItToOthers) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.claims["held"] = "in/0/-7";
  for (const char* mid : {"a", "held"}) Add(Mid(mid)).SetClaimMode(ClaimMode::kReadOnly);
  Add(Mid("a"));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_TRUE(batch_.events()[0].active());
  EXPECT_EQ(batch_.events()[1].note().first_claimant, "in/0/-7");
  EXPECT_TRUE(batch_.events()[2].active()) << "the key was still free";
  EXPECT_EQ(resources_.claims.at("a"), "in/0/2");
}

TEST_F(DeduplicateTest, ALaterClaimMakesNoDuplicateOfAReadOnlyEventThatComesAgain) {
  const auto stage = Build(kDeduplicateEntry);
  resources_.claims = {{"a", "in/0/1"}, {"b", "in/0/10/3"}, {"c", "in/1/9"}, {"d", "other"}};
  for (const char* mid : {"a", "b", "c", "d"}) Add(Mid(mid)).SetClaimMode(ClaimMode::kReadOnly);
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_TRUE(batch_.events()[0].active());
  EXPECT_TRUE(batch_.events()[1].active());
  EXPECT_FALSE(batch_.events()[2].active()) << "of another partition: which came first?";
  EXPECT_FALSE(batch_.events()[3].active());
}

TEST_F(DeduplicateTest, DuplicatesCanCountForMore) {
  const auto stage = Build(
      "deduplicate: { key: /mid, store: dedup, flag: pp_duplicate, count: success-batch-count }");
  EXPECT_EQ(Duplicates(*stage, {"a", "a", "a"}), (std::vector<bool>{false, true, true}));
  EXPECT_EQ(CountOf("duplicate-event-count"), 2U);
  EXPECT_EQ(CountOf("success-batch-count"), 2U);
  EXPECT_EQ(CountOf("unique-event-count"), 1U);
}

TEST_F(DeduplicateTest, AKeyOfMoreThanFourKibibytesIsClaimedByItsHash) {
  const auto stage = Build("deduplicate: { key: /mid, store: dedup, prefix: \"CB:\", flag: f }");
  const std::string longest(4093, 'k');
  const std::string longer(4094, 'k');
  EXPECT_EQ(Duplicates(*stage, {longest, longer, longer, longer + "x"}),
            (std::vector<bool>{false, false, true, false}));
  EXPECT_EQ(resources_.claims.count("CB:" + longest), 1U) << "as it always was";
  EXPECT_EQ(resources_.claims.count("CB:" + longer), 0U);
  EXPECT_EQ(resources_.claims.count("CB:sha256:" + Sha256Hex(longer)), 1U);
  for (const auto& [key, owner] : resources_.claims) EXPECT_LE(key.size(), 4096U);
}

TEST_F(DeduplicateTest, WhatIsNotReadableIsLeftToThoseThatDivertItAsItCame) {
  const auto stage = Build(kDeduplicateEntry);
  const Event& event = Add("no JSON");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_TRUE(event.active());
}

}  // namespace
}  // namespace sluice
