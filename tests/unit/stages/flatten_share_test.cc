#include <gmock/gmock.h>

#include <set>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Share(const std::string& items, const std::string& more = "") {
  return R"({"eid":"SHARE","ets":1,"mid":"m","actor":{"id":"u","type":"User"},"syncts":2,)"
         R"("context":{"channel":"c","env":"e","did":"d","pdata":{"id":"p"}},)"
         R"("edata":{"dir":"In","type":"File","items":)" +
         items + "}" + more + "}";
}

class FlattenShareTest : public StageTest {
 protected:
  /// The events that are made of a SHARE with these items; the SHARE itself is event 0.
  std::vector<std::string> ItemsOf(const std::string& share) {
    Forget();
    const auto stage = Build("flatten_share");
    Add(share);
    EXPECT_TRUE(Run(*stage).ok());
    std::vector<std::string> items;
    for (std::size_t i = 1; i < batch_.events().size(); ++i)
      items.push_back(TextOf(batch_.events()[i]));
    return items;
  }
  std::vector<std::string> MidsOf(const std::string& share) {
    ItemsOf(share);
    std::vector<std::string> mids;
    for (std::size_t i = 1; i < batch_.events().size(); ++i)
      mids.emplace_back(batch_.events()[i].doc().ReadString(Path("/mid")).value_or(""));
    return mids;
  }
};

TEST_F(FlattenShareTest, UnknownKeysAreRefused) {
  EXPECT_EQ(Problem("flatten_share"), "");
  EXPECT_THAT(Problem("flatten_share: { topic: x }"), HasSubstr("unknown key `topic`"));
}

TEST_F(FlattenShareTest, AnItemThatIsNotReadableDivertsTheShareAndNotTheOtherItems) {
  const auto stage = Build("flatten_share");
  // Only a batch may hold such a number; an event with one is not readable itself.
  const Event& share = AddBatch(Share(R"([{"id":"i1"},{"id":1e999},{"id":"i3"}])"));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(batch_.events().size(), 3U);
  EXPECT_EQ(batch_.events()[2].position().ToString(), "in/0/0/2") << "the ordinal is the place";
  EXPECT_EQ(share.state(), Event::State::kDiverted);
  EXPECT_STREQ(share.reason(), "created_unreadable");
  EXPECT_EQ(share.side_output(), resources_.SideOutput("failed").value());
}

TEST_F(FlattenShareTest, AMissingSideOutputIsNamed) {
  EXPECT_THAT(Problem("flatten_share: { side_output: nowhere }"), HasSubstr("nowhere"));
}

TEST_F(FlattenShareTest, AnItemIsAnEventOfItsOwn) {
  const auto items = ItemsOf(Share(R"([{"id":"i1","ver":"1","type":"T"}])"));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_THAT(items[0], HasSubstr(R"("actor":{"id":"u","type":"User"})"));
  EXPECT_THAT(items[0], HasSubstr(R"("eid":"SHARE_ITEM")"));
  EXPECT_THAT(items[0], HasSubstr(R"("edata":{"dir":"In","type":"File","size":0)"));
  EXPECT_THAT(items[0], HasSubstr(R"("ver":"3.0","syncts":2,"ets":1)"));
  EXPECT_THAT(items[0],
              HasSubstr(R"("context":{"channel":"c","env":"e","did":"d","pdata":{"id":"p"}})"));
  EXPECT_THAT(items[0], HasSubstr(R"("object":{"id":"i1","ver":"1","type":"T","rollup":{}})"));
  EXPECT_THAT(items[0], HasSubstr(R"("mid":"m-)"));
  EXPECT_THAT(items[0], Not(HasSubstr("flags")));
  EXPECT_TRUE(batch_.events()[1].active());
  EXPECT_TRUE(batch_.events()[1].created());
}

TEST_F(FlattenShareTest, TheShareIsMarkedAndGoesOn) {
  ItemsOf(Share("[]", R"(,"flags":{"x":true},"type":"mine")"));
  const Event& share = batch_.events()[0];
  EXPECT_TRUE(share.active());
  EXPECT_TRUE(share.doc().Read(Path("/flags/pp_share_event_processed")).IsTrue());
  EXPECT_TRUE(share.doc().Read(Path("/flags/x")).IsTrue());
  EXPECT_EQ(share.doc().ReadString(Path("/type")), "events");
  EXPECT_EQ(CountOf("share-route-success-count"), 1U);
}

TEST_F(FlattenShareTest, EachParameterIsAnEventAndAnEmptyListIsNone) {
  const auto items =
      ItemsOf(Share(R"([{"params":[{"transfers":0,"size":10},{"transfers":"3","size":"7.5"},{}]},)"
                    R"({"params":[]},{"params":null},{}])"));
  ASSERT_EQ(items.size(), 5U);
  EXPECT_THAT(items[0], HasSubstr(R"("type":"download","size":10.0})"));
  EXPECT_THAT(items[1], HasSubstr(R"("type":"import","size":7.5})"));
  EXPECT_THAT(items[2], HasSubstr(R"("type":"download","size":0)"));
  EXPECT_THAT(items[3], HasSubstr(R"("type":"File","size":0)"));
  EXPECT_THAT(items[4], HasSubstr(R"("object":{"rollup":{}})"));
  EXPECT_EQ(CountOf("share-item-event-success-count"), 4U);
}

TEST_F(FlattenShareTest, UidAndDimensionsWinOverActorAndContext) {
  const auto items =
      ItemsOf(Share("[{}]", R"(,"uid":"uu","dimensions":{"channel":"cc","did":"dd"})"));
  EXPECT_THAT(items, ElementsAre(HasSubstr(R"("actor":{"id":"uu","type":"User"})")));
  EXPECT_THAT(items[0], HasSubstr(R"("channel":"cc")"));
  EXPECT_THAT(items[0], HasSubstr(R"("did":"dd")"));
}

TEST_F(FlattenShareTest, WhatHasTheWrongTypeCountsAsAbsent) {
  const auto items =
      ItemsOf(Share("[{}]", R"(,"uid":1,"dimensions":{"channel":5},"object":{"id":"o","type":1})"));
  EXPECT_THAT(items, ElementsAre(HasSubstr(R"("actor":{"id":"u","type":"User"})")));
  EXPECT_THAT(items[0], HasSubstr(R"("channel":"c")"));
  EXPECT_THAT(items[0], HasSubstr(R"("rollup":{}})"));
  std::string share = Share("[{}]");
  share.replace(share.find(R"("env":"e")"), 9, R"("rollup":"x")");
  EXPECT_THAT(ItemsOf(share), ElementsAre(Not(HasSubstr(R"("rollup":"x")"))));
  EXPECT_TRUE(ItemsOf(Share(R"({"id":"i1"})")).empty());
  EXPECT_EQ(CountOf("share-item-event-success-count"), 0U);
}

TEST_F(FlattenShareTest, TheObjectOfTheShareIsTheFirstLevelOfTheRollup) {
  const auto l1 = [&](const std::string& object) {
    return ItemsOf(Share("[{}]", ",\"object\":" + object)).at(0);
  };
  EXPECT_THAT(l1(R"({"id":"o","type":"T"})"), HasSubstr(R"("rollup":{"l1":"o"})"));
  EXPECT_THAT(l1(R"({"id":"o","type":""})"), HasSubstr(R"("rollup":{})"));
  EXPECT_THAT(l1(R"({"id":"","type":"T"})"), HasSubstr(R"("rollup":{})"));
}

TEST_F(FlattenShareTest, OtherEventsAreLeftAlone) {
  const auto stage = Build("flatten_share");
  const std::string text = R"({"eid":"share","edata":{"items":[{}]}})";
  EXPECT_EQ(TextAfter(*stage, text), text);
  EXPECT_EQ(batch_.events().size(), 1U);
  EXPECT_EQ(CountOf("share-route-success-count"), 0U);
}

TEST_F(FlattenShareTest, WhatHasLeftThePipelineGivesNoItems) {
  const auto stage = Build("flatten_share");
  Add(Share("[{}]")).Divert(0, "refused");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(batch_.events().size(), 1U);
}

TEST_F(FlattenShareTest, ItemsStandAtTheirOrdinalInTheShare) {
  const auto stage = Build("flatten_share");
  Add(Share(R"([{"params":[{},{}]},{}])"));
  Add(Share("[{}]"));
  ASSERT_TRUE(Run(*stage).ok());
  std::vector<std::string> positions;
  for (const Event& event : batch_.events()) positions.push_back(event.position().ToString());
  EXPECT_THAT(positions,
              ElementsAre("in/0/0", "in/0/1", "in/0/0/0", "in/0/0/1", "in/0/0/2", "in/0/1/0"));
}

TEST_F(FlattenShareTest, AReplayMakesTheSameMidsAndNoTwoAreAlike) {
  const std::string share = Share(R"([{"params":[{},{}]},{"params":[{}]},{}])");
  const auto mids = MidsOf(share);
  EXPECT_EQ(MidsOf(share), mids);
  EXPECT_EQ(std::set<std::string>(mids.begin(), mids.end()).size(), 4U);
}

TEST_F(FlattenShareTest, TheMidsAreThoseOfEveryRelease) {
  // Live stores hold them: an upgrade between an event and its replay must not change one.
  EXPECT_THAT(MidsOf(Share("[{}]")), ElementsAre("m-606ef7f1-59ad-837b-990d-c60d420d9260"));
}

TEST_F(FlattenShareTest, AMidIsWrittenAsJsonWhateverStandsInIt) {
  std::string share = Share("[{}]");
  share.replace(share.find(R"("m")"), 3, R"("a\"\\\u0001")");
  const auto items = ItemsOf(share);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_THAT(items[0], HasSubstr(R"("mid":"a\"\\\u0001-)"));
}

TEST_F(FlattenShareTest, ItemsThatTakeTooMuchMemoryTogetherDivertTheShare) {
  const auto stage = Build("flatten_share");
  std::string items = R"([{"id":"i"})";
  for (int i = 0; i < 10'000; ++i) items += R"(,{"id":"i"})";
  std::string text = Share(items + "]");
  text.insert(1, R"("tags":[")" + std::string(100'000, 't') + R"("],)");
  const Event& share = Add(text);
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_LT(batch_.events().size(), 200U);
  EXPECT_STREQ(share.reason(), "created_too_much");
}

}  // namespace
}  // namespace sluice
