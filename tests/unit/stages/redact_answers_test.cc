#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;

constexpr const char* kRedactAnswersEntry =
    "redact_answers: { events: [ASSESS, RESPONSE], store: content, copy_to: assess.raw }";

class RedactAnswersTest : public StageTest {
 protected:
  void Know(const std::string& question, const std::string& text) {
    resources_.lookups["content"][question] = {text, {}};
  }
  static std::string Assess(const std::string& id,
                            const std::string& more = R"(,"resvalues":[1])") {
    return R"({"eid":"ASSESS","edata":{"item":{"id":")" + id + "\"}" + more + "}}";
  }
  static std::string Response(const std::string& id) {
    return R"({"eid":"RESPONSE","edata":{"target":{"id":")" + id + R"("},"values":[1]}})";
  }
  /// The event as it goes on.
  std::string After(const std::string& text) {
    stage_ = Build(kRedactAnswersEntry);
    return TextAfter(*stage_, text);
  }
  void ExpectMiss(const std::string& what) {
    EXPECT_EQ(CountOf("cache-miss-count"), 1U) << what;
    EXPECT_EQ(CountOf("cache-hit-count"), 0U) << what;
    EXPECT_TRUE(emitted_.empty()) << what;
  }
  std::unique_ptr<Stage> stage_;
};

TEST_F(RedactAnswersTest, AnswersToARegistrationQuestionGoAndTheWholeEventIsCopiedBefore) {
  Know("q1", R"({"questionType":"registration","name":"x"})");
  EXPECT_EQ(After(Assess("q1")), R"({"eid":"ASSESS","edata":{"item":{"id":"q1"},"resvalues":[]}})");
  EXPECT_THAT(emitted_, ElementsAre(Emitted{"assess.raw", Assess("q1")}));
  EXPECT_EQ(CountOf("cache-hit-count"), 1U);
  EXPECT_EQ(After(Response("q1")),
            R"({"eid":"RESPONSE","edata":{"target":{"id":"q1"},"values":[]}})");
  EXPECT_THAT(emitted_, ElementsAre(Emitted{"assess.raw", Response("q1")}));
  EXPECT_TRUE(batch_.events()[0].active());
}

TEST_F(RedactAnswersTest, WhatIsKnownOfAQuestionIsReadAsLenientlyAsTheOriginalDoes) {
  Know("q1", "{'questionType':Registration, /* c */ n: 007}");
  EXPECT_NE(After(Assess("q1")), Assess("q1"));
  EXPECT_EQ(CountOf("cache-hit-count"), 1U);
}

TEST_F(RedactAnswersTest, TheListOfAnswersIsMadeWhereThereIsNone) {
  Know("q1", R"({"questionType":"Registration"})");
  EXPECT_EQ(After(Assess("q1", "")),
            R"({"eid":"ASSESS","edata":{"resvalues":[],"item":{"id":"q1"}}})");
  EXPECT_EQ(After(Assess("q1", R"(,"resvalues":null)")),
            R"({"eid":"ASSESS","edata":{"item":{"id":"q1"},"resvalues":[]}})");
}

TEST_F(RedactAnswersTest, OtherQuestionsAreAHitAndNotRedacted) {
  Know("mcq", R"({"questionType":"mcq"})");
  Know("space", R"({"questionType":"Registration "})");
  Know("null", R"({"questionType":null})");
  for (const char* id : {"mcq", "space", "null"}) {
    EXPECT_EQ(After(Assess(id)), Assess(id));
    EXPECT_EQ(CountOf("cache-hit-count"), 1U) << id;
    EXPECT_TRUE(emitted_.empty());
  }
}

TEST_F(RedactAnswersTest, AQuestionWithoutATypeIsAMiss) {
  Know("name", R"({"name":"x"})");
  Know("empty", "");
  Know("blank", R"({"questionType":""})");
  Know("case", R"({"questiontype":"Registration"})");
  for (const char* id : {"name", "empty", "blank", "case", "unknown"}) {
    EXPECT_EQ(After(Assess(id)), Assess(id));
    ExpectMiss(id);
  }
}

TEST_F(RedactAnswersTest, AnEntryThatIsBrokenIsAMiss) {
  Know("notjson", "{{");
  Know("null", "null");
  Know("array", "[1]");
  Know("number", R"({"questionType":5})");
  Know("object", R"({"questionType":{}})");
  Know("more", R"({"questionType":"Registration"} x)");
  Know("twice", R"({"questionType":"mcq","questionType":"Registration"})");
  resources_.lookups["content"]["hash"] = {std::nullopt, {{"questionType", "Registration"}}};
  for (const char* id : {"notjson", "null", "array", "number", "object", "more", "twice", "hash"}) {
    EXPECT_EQ(After(Assess(id)), Assess(id));
    ExpectMiss(id);
  }
}

TEST_F(RedactAnswersTest, AnEventWithoutQuestionIsSkippedAndAsksNobody) {
  for (const char* text :
       {R"({"eid":"ASSESS"})", R"({"eid":"ASSESS","edata":{}})",
        R"({"eid":"ASSESS","edata":{"item":{}}})", R"({"eid":"ASSESS","edata":{"item":"x"}})",
        R"({"eid":"ASSESS","edata":{"item":{"id":5}}})", R"({"eid":"RESPONSE","edata":"x"})",
        R"({"eid":"RESPONSE","edata":{"item":{"id":"q1"}}})",
        R"({"eid":"ASSESS","edata":{"target":{"id":"q1"}}})"}) {
    EXPECT_EQ(After(text), text);
    EXPECT_EQ(CountOf("skipped-event-count"), 1U) << text;
    EXPECT_TRUE(resources_.last_lookups["content"]->asked.empty());
  }
}

TEST_F(RedactAnswersTest, EidsOfAnotherCaseAreNotLookedAt) {
  Know("q1", R"({"questionType":"Registration"})");
  for (const char* eid : {"assess", "Response", "ASSESS ", "X"}) {
    const std::string text =
        std::string(R"({"eid":")") + eid + R"(","edata":{"item":{"id":"q1"}}})";
    EXPECT_EQ(After(text), text);
    EXPECT_EQ(CountOf("cache-hit-count") + CountOf("skipped-event-count"), 0U);
  }
}

TEST_F(RedactAnswersTest, AnListedAssessOfAnotherCaseHasItsQuestionInTheItem) {
  Know("q1", R"({"questionType":"Registration"})");
  const auto stage =
      Build("redact_answers: { events: [assess], store: content, copy_to: assess.raw }");
  EXPECT_EQ(TextAfter(*stage, R"({"eid":"assess","edata":{"item":{"id":"q1"}}})"),
            R"({"eid":"assess","edata":{"resvalues":[],"item":{"id":"q1"}}})");
}

TEST_F(RedactAnswersTest, AnEmptyQuestionIdIsAKey) {
  Know("", R"({"questionType":"Registration"})");
  EXPECT_EQ(After(Assess("")), R"({"eid":"ASSESS","edata":{"item":{"id":""},"resvalues":[]}})");
}

TEST_F(RedactAnswersTest, EachEventGetsTheReplyToItsOwnQuestion) {
  Know("q1", R"({"questionType":"Registration"})");
  Know("q2", R"({"questionType":"mcq"})");
  const auto stage = Build(kRedactAnswersEntry);
  for (const char* id : {"q2", "q1", "gone", "q1"}) {
    Add(Assess(id));
    Add(R"({"eid":"X"})");
    Add(R"({"eid":"ASSESS"})");
  }
  Add(Assess("q1")).Divert(0, "event_too_large");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(emitted_.size(), 2U);
  EXPECT_EQ(TextOf(batch_.events()[0]), Assess("q2"));
  EXPECT_NE(TextOf(batch_.events()[3]), Assess("q1"));
  EXPECT_NE(TextOf(batch_.events()[9]), Assess("q1"));
  EXPECT_EQ(TextOf(batch_.events()[12]), Assess("q1")) << "it has left the pipeline";
  EXPECT_EQ(CountOf("cache-hit-count"), 3U);
  EXPECT_EQ(CountOf("cache-miss-count"), 1U);
  EXPECT_EQ(CountOf("skipped-event-count"), 4U);
}

TEST_F(RedactAnswersTest, AStoreThatIsAwayFailsTheBatchAndIsAskedAgain) {
  Know("q1", R"({"questionType":"Registration"})");
  const auto stage = Build(kRedactAnswersEntry);
  resources_.last_lookups["content"]->failures = 1;
  Add(Assess("q1"));
  const Status status = Run(*stage);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(emitted_.empty()) << "nothing passes unredacted";
  stage->Cancel();
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(emitted_.size(), 1U);
}

TEST_F(RedactAnswersTest, AMissingStoreIsNamed) {
  EXPECT_THAT(Problem("redact_answers: { events: ASSESS, store: nowhere, copy_to: t }"),
              ::testing::HasSubstr("nowhere"));
}

}  // namespace
}  // namespace sluice
