#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RouteTest : public StageTest {
 protected:
  /// The topics that an event with this eid goes to.
  std::vector<std::string> TopicsOf(Stage& stage, const std::string& eid) {
    Forget();
    Add(R"({"eid":")" + eid + "\"}");
    EXPECT_TRUE(Run(stage).ok());
    std::vector<std::string> topics;
    for (const Emitted& emitted : emitted_) topics.push_back(emitted.topic);
    return topics;
  }
};

TEST_F(RouteTest, AListOfRulesIsItsConfiguration) {
  EXPECT_EQ(Problem("route: [ { to: a } ]"), "");
  EXPECT_EQ(Problem("route: [ { eid: X, to: [a, b], end: true, count: n } ]"), "");
  EXPECT_THAT(Problem("route"), HasSubstr("must be a list"));
  EXPECT_THAT(Problem("route: { to: a }"), HasSubstr("must be a list"));
  EXPECT_THAT(Problem("route: [ a ]"), HasSubstr("must be a map"));
  EXPECT_THAT(Problem("route: []"), HasSubstr("at least one rule"));
}

TEST_F(RouteTest, WhatIsWrongWithARuleIsSaid) {
  EXPECT_THAT(Problem("route: [ { eid: X } ]"), HasSubstr("`to` is missing"));
  EXPECT_NE(Problem("route: [ { to: [] } ]"), "");
  EXPECT_NE(Problem("route: [ { to: \"\" } ]"), "");
  EXPECT_THAT(Problem("route: [ { to: a, ende: true } ]"), HasSubstr("did you mean `end`?"));
  EXPECT_THAT(Problem("route: [ { to: a, end: 1 } ]"), HasSubstr("must be true or false"));
  EXPECT_THAT(Problem("route: [ { eid: X, otherwise: true, to: a } ]"),
              HasSubstr("either eid or otherwise"));
  EXPECT_THAT(Problem("route: [ { eid: { a: b }, to: a } ]"), HasSubstr("list of strings"));
}

TEST_F(RouteTest, ARuleWithoutAnyEidInItsListIsAMistake) {
  EXPECT_THAT(Problem("route: [ { eid: [], to: a } ]"), HasSubstr("`eid` names no event"));
  EXPECT_THAT(Problem("route: [ { eid: [X, \"\"], to: a } ]"), HasSubstr("`eid` names no event"));
}

TEST_F(RouteTest, EveryRuleThatMatchesSendsAndOtherwiseIsForTheRest) {
  const auto stage = Build(
      "route: [ { eid: [A, B], to: ab }, { otherwise: true, to: rest }, { eid: B, to: [b1, b2] } "
      "]");
  EXPECT_THAT(TopicsOf(*stage, "A"), ElementsAre("ab"));
  EXPECT_THAT(TopicsOf(*stage, "B"), ElementsAre("ab", "b1", "b2"));
  EXPECT_THAT(TopicsOf(*stage, "C"), ElementsAre("rest"));
  EXPECT_TRUE(batch_.events()[0].active());
}

TEST_F(RouteTest, OtherwiseLooksAtNoLaterRule) {
  const auto stage = Build("route: [ { otherwise: true, to: first }, { eid: A, to: a } ]");
  EXPECT_THAT(TopicsOf(*stage, "A"), ElementsAre("first", "a"));
}

TEST_F(RouteTest, ARuleWithoutEidMatchesEverything) {
  const auto stage = Build("route: [ { to: all }, { otherwise: true, to: never } ]");
  EXPECT_THAT(TopicsOf(*stage, "A"), ElementsAre("all"));
  Forget();
  Add("{}");
  Add(R"({"eid":5})");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(emitted_.size(), 2U);
}

TEST_F(RouteTest, EidsAreComparedExactly) {
  const auto stage = Build("route: [ { eid: START, to: a } ]");
  EXPECT_THAT(TopicsOf(*stage, "START"), ElementsAre("a"));
  for (const std::string eid : {"start", "START ", "STAR", "STARTS", ""})
    EXPECT_THAT(TopicsOf(*stage, eid), IsEmpty()) << eid;
}

TEST_F(RouteTest, EndTakesTheEventOffTheWay) {
  const auto stage = Build("route: [ { eid: A, to: a, end: true }, { to: all } ]");
  EXPECT_THAT(TopicsOf(*stage, "A"), ElementsAre("a"));
  EXPECT_EQ(batch_.events()[0].state(), Event::State::kEmitted);
  EXPECT_THAT(TopicsOf(*stage, "B"), ElementsAre("all"));
  EXPECT_TRUE(batch_.events()[0].active());
}

TEST_F(RouteTest, WhatIsSentIsTheEventAsItStandsHere) {
  const auto stage = Build("route: [ { to: [a, b] } ]");
  Event& event = Add(R"({"eid":"A"})");
  ASSERT_TRUE(Run(*stage).ok());
  event.edit().SetBool(Path("/later"), true);
  EXPECT_THAT(emitted_,
              ElementsAre(Emitted{"a", R"({"eid":"A"})"}, Emitted{"b", R"({"eid":"A"})"}));
}

TEST_F(RouteTest, ACounterGoesUpWithEachMatchNotWithEachTopic) {
  const auto stage = Build("route: [ { eid: A, to: [a, b], count: as } ]");
  for (const char* text : {R"({"eid":"A"})", R"({"eid":"A"})", R"({"eid":"B"})"}) Add(text);
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(CountOf("as"), 2U);
}

TEST_F(RouteTest, WhatHasLeftThePipelineIsNotSent) {
  const auto stage = Build("route: [ { to: a } ]");
  Add(R"({"eid":"A"})").End();
  Add(R"({"eid":"A"})").Divert(0, "refused");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_THAT(emitted_, IsEmpty());
}

TEST_F(RouteTest, DerivedEventsAreRoutedToo) {
  const auto stage = Build("route: [ { eid: ITEM, to: items }, { otherwise: true, to: rest } ]");
  const Event& source = Add(R"({"eid":"A"})");
  ASSERT_NE(batch_.Create(source, 0, R"({"eid":"ITEM"})"), nullptr);
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_THAT(emitted_, ElementsAre(Emitted{"rest", R"({"eid":"A"})"},
                                    Emitted{"items", R"({"eid":"ITEM"})"}));
}

TEST_F(RouteTest, EidsCanMatchInAnyCase) {
  const auto stage = Build("route: [ { eid: LOG, ignore_case: true, to: log } ]");
  for (const std::string eid : {"LOG", "log", "Log"})
    EXPECT_THAT(TopicsOf(*stage, eid), ElementsAre("log")) << eid;
  EXPECT_THAT(TopicsOf(*stage, "LOGS"), IsEmpty());
}

TEST_F(RouteTest, ARuleCanAskForTheSourceTopic) {
  const auto stage =
      Build("route: [ { from: in, to: a }, { from: other, to: b }, { from: in, eid: X, to: x } ]");
  EXPECT_THAT(TopicsOf(*stage, "A"), ElementsAre("a"));
  EXPECT_THAT(TopicsOf(*stage, "X"), ElementsAre("a", "x"));
}

TEST_F(RouteTest, ARecordThatIsNotReadableIsPassedBy) {
  const auto stage = Build("route: [ { otherwise: true, to: rest, end: true } ]");
  const Event& event = Add("no JSON");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_THAT(emitted_, IsEmpty());
  EXPECT_TRUE(event.active()) << "for the stage that diverts it";
}

}  // namespace
}  // namespace sluice
