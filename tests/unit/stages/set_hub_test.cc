#include <gmock/gmock.h>

#include <map>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

class SetHubTest : public StageTest {
 protected:
  std::string HubOf(const std::string& env) {
    const auto stage = Build("set_hub");
    Forget();
    const Event& event = Add(R"({"eid":"START","context":{"env":")" + env + "\"}}");
    EXPECT_TRUE(Run(*stage).ok());
    return std::string(event.doc().ReadString(Path("/context/hub")).value_or("(none)"));
  }
};

TEST_F(SetHubTest, ItsNameIsAllOfItsConfiguration) {
  EXPECT_EQ(Problem("set_hub"), "");
  EXPECT_EQ(Problem("set_hub: {}"), "");
  EXPECT_THAT(Problem("set_hub: { env: learn }"), HasSubstr("unknown key `env`"));
  EXPECT_THAT(Problem("set_hub: [learn]"), HasSubstr("must be a map"));
}

TEST_F(SetHubTest, TheHubFollowsTheEnvironmentWhateverItsCase) {
  const std::map<std::string, std::string> hubs = {
      {"learn", "learn"},     {"course", "learn"},          {"discuss", "discuss"},
      {"network", "network"}, {"careers", "careers"},       {"competency", "competency"},
      {"events", "events"},   {"COMPETENCY", "competency"}, {"Course", "learn"},
      {"", "other"},          {" learn", "other"},          {"learning", "other"}};
  for (const auto& [env, hub] : hubs) EXPECT_EQ(HubOf(env), hub) << env;
}

TEST_F(SetHubTest, OnlyFourKindsOfEventsHaveAHub) {
  const auto stage = Build("set_hub");
  for (const std::string eid : {"IMPRESSION", "INTERACT", "START", "END"}) {
    EXPECT_THAT(TextAfter(*stage, R"({"eid":")" + eid + R"(","context":{"env":"learn"}})"),
                HasSubstr(R"("hub":"learn")"));
  }
  for (const std::string eid : {"AUDIT", "SHARE", "start", ""}) {
    const std::string text = R"({"eid":")" + eid + R"(","context":{"env":"learn"}})";
    EXPECT_EQ(TextAfter(*stage, text), text);
  }
}

TEST_F(SetHubTest, AHubThatIsThereIsOverwritten) {
  EXPECT_EQ(TextAfter(*Build("set_hub"), R"({"eid":"END","context":{"env":"x","hub":"learn"}})"),
            R"({"eid":"END","context":{"env":"x","hub":"other"}})");
}

TEST_F(SetHubTest, WithoutAContextNothingIsMade) {
  const auto stage = Build("set_hub");
  EXPECT_EQ(TextAfter(*stage, R"({"eid":"END"})"), R"({"eid":"END"})");
  EXPECT_EQ(TextAfter(*stage, R"({"eid":"END","context":"x"})"), R"({"eid":"END","context":"x"})");
}

TEST_F(SetHubTest, WhatHasLeftThePipelineIsNotTouched) {
  const auto stage = Build("set_hub");
  Event& event = Add(R"({"eid":"END","context":{"env":"learn"}})");
  event.Divert(0, "refused");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_FALSE(event.doc().Read(Path("/context/hub")).exists());
}

}  // namespace
}  // namespace sluice
