#include "engine/failure_tally.h"

#include <gmock/gmock.h>

#include <string>

#include "engine/redacted_sample.h"
#include "support/add_event.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Event& EventOf(Batch& batch, const std::string& json) {
  return AddEvent(batch, {{"in", 0, 7}, batch.arena().Copy(json)});
}

/// An event on its way to the failed topic.
Event& Failed(Batch& batch, const std::string& json, std::string_view detail,
              Reason reason = "schema_violation") {
  Event& event = EventOf(batch, json);
  event.Divert(0, reason, {.detail = detail});
  return event;
}

TEST(FailureTallyTest, EventsThatFailAlikeAreOneKind) {
  Batch batch;
  FailureTally tally;
  tally.Add(Failed(batch, R"({"eid":"A","x":1})", "/ver required, /edata/type type"), "validate");
  tally.Add(Failed(batch, R"({"eid":"A","x":2})", "/ver required"), "validate");
  tally.Add(Failed(batch, R"({"eid":"B"})", "/ver required"), "validate");
  tally.Add(Failed(batch, R"({"eid":"A"})", "/edata minLength"), "validate");
  tally.Add(Failed(batch, R"({"eid":"A"})", "", "missing_key"), "deduplicate");
  ASSERT_EQ(tally.failures().size(), 4U);
  const Failure& first = tally.failures()[0];
  EXPECT_EQ(first.count, 2U);
  EXPECT_EQ(first.stage, "validate");
  EXPECT_EQ(first.reason, "schema_violation");
  EXPECT_EQ(first.eid, "A");
  EXPECT_EQ(first.pointer, "/ver");
  EXPECT_EQ(first.keyword, "required");
  EXPECT_EQ(first.position, "in/0/7");
  EXPECT_EQ(first.sample, R"({"eid":"<string 1>","x":"<number 1>"})");
  EXPECT_EQ(tally.failures()[3].pointer, "");
  EXPECT_EQ(tally.failures()[3].reason, "missing_key");
}

TEST(FailureTallyTest, TextThatIsNoListOfPlacesIsNotShown) {
  Batch batch;
  FailureTally tally;
  tally.Add(Failed(batch, "{}", "user jane@example.org is unknown"), "s");
  EXPECT_EQ(tally.failures()[0].pointer, "");
  EXPECT_EQ(tally.failures()[0].keyword, "");
}

TEST(FailureTallyTest, NoMoreKindsAndNoLongerTextsThanItsBound) {
  Batch batch;
  FailureTally tally;
  TopFailures top;
  for (int i = 0; i < 10'000; ++i) {
    const std::string json = R"({"eid":")" + std::string(500, 'x') + std::to_string(i) + "\"}";
    const std::string unlike = R"({"eid":")" + std::to_string(i) + "\"}";
    tally.Add(Failed(batch, i % 2 == 0 ? json : unlike, "/a b"), "s");
    if (i % 100 != 99) continue;
    top.Add(tally.failures());
    tally.Reset();
  }
  EXPECT_LE(top.Top(10'000).size(), TopFailures::kKinds);
  for (const Failure& failure : top.Top(10'000)) EXPECT_LE(failure.eid.size(), 96U);
}

TEST(TopFailuresTest, AFrequentKindIsNotPushedOutByManyRareOnes) {
  TopFailures top;
  for (int i = 0; i < 5'000; ++i) {
    top.Add({{"s", "r", "rare" + std::to_string(i), "", "", 1}});
    if (i % 10 == 0) top.Add({{"s", "r", "frequent", "", "", 5}});
  }
  const std::vector<Failure> found = top.Top(3);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].eid, "frequent");
  EXPECT_GE(found[0].count, 2'500U) << "never too low";
  EXPECT_LE(found[0].count, 2'500U + 5'000U / TopFailures::kKinds + 1) << "hardly too high";
}

std::string SampleOf(const std::string& json) {
  Batch batch;
  return RedactedSample(EventOf(batch, json).doc().root());
}

TEST(RedactedSampleTest, ItShowsTheShapeAndNoValue) {
  EXPECT_EQ(SampleOf(R"({"eid":"SEARCH","n":12.5,"ok":true,"no":null,"list":["a","bc"],"o":{}})"),
            R"({"eid":"<string 6>","n":"<number 4>","ok":true,"no":null,)"
            R"("list":["<string 1>","<string 2>"],"o":{}})");
}

TEST(RedactedSampleTest, NamesThatLookLikeDataAreNotShown) {
  const std::string sample =
      SampleOf(R"({"jane@example.org":1,"user 1":2,"9876543210":3,"l1":4,"@timestamp":5})");
  EXPECT_THAT(sample, Not(HasSubstr("jane")));
  EXPECT_THAT(sample, Not(HasSubstr("9876")));
  EXPECT_THAT(sample, HasSubstr(R"("l1":)"));
}

TEST(RedactedSampleTest, ItsSizeIsBoundedWhateverTheEventIs) {
  std::string wide = "{";
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      wide.append("\"").append({a, b}).append("\":[1,2,3,4,{}],");
    }
  }
  wide += R"("last":0})";
  EXPECT_LT(SampleOf(wide).size(), 2'300U);
  EXPECT_THAT(SampleOf(wide), testing::EndsWith("\"\u2026\":null}"));
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += R"({"a":)";
  deep += "1" + std::string(60, '}');
  EXPECT_LT(SampleOf(deep).size(), 120U);
  EXPECT_EQ(SampleOf(R"({"a":[1,1,1,1,1]})"),
            "{\"a\":[\"<number 1>\",\"<number 1>\",\"<number 1>\",\"\u2026\"]}");
}

}  // namespace
}  // namespace sluice
