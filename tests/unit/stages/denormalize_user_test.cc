#include "denormalize_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;

constexpr const char* kDefaults = R"({"usersignintype":"Anonymous","userlogintype":"NA"})";

/// de-normalization.md 10.3.
class DenormalizeUserTest : public DenormalizeTest {
 protected:
  void EnrichFor(const std::string& id, const std::string& more = {}) {
    Enrich(E{.actor = R"({"id":")" + id + R"(","type":"User"})",
             .context = {},
             .object = {},
             .more = more});
  }
  void ExpectNoUser(const E& event) {
    Enrich(event);
    EXPECT_EQ(Counts("user"), "0 0 0") << event.Text();
    EXPECT_EQ(Flag("user_denorm"), "absent") << event.Text();
    EXPECT_EQ(At("/userdata"), "absent") << event.Text();
  }
  /// A member of the userdata of a user of whom only this is known.
  std::string Member(const std::string& field, const std::string& value) {
    KnowUser("u2", {{field, value}});
    EnrichFor("u2");
    return At("/userdata/" + field);
  }
};

TEST_F(DenormalizeUserTest, Row22_NobodyIsAnAnonymousUser) {
  for (const char* id : {"anonymous", "Anonymous", "ANONYMOUS", ""}) {
    ExpectNoUser(E{.actor = std::string(R"({"id":")") + id + R"(","type":"User"})"});
  }
}

TEST_F(DenormalizeUserTest, Row23_WhoIsNoUserIsNotLookedUp) {
  for (const char* actor :
       {R"({"id":"u1","type":"System"})", R"({"id":"u1"})", R"({"id":"u1","type":null})",
        R"({"id":"u1","type":[]})", R"({"id":5,"type":"User"})", R"({"type":"User"})", "{}",
        "\"u1\"", ""}) {
    ExpectNoUser(E{.actor = actor});
  }
}

TEST_F(DenormalizeUserTest, Row24_TheCaseOfTheTypeDoesNotMatter) {
  Enrich(E{.actor = R"({"id":"u1","type":"uSeR"})"});
  EXPECT_EQ(Counts("user"), "1 1 0");
}

TEST_F(DenormalizeUserTest, Row25_AWorkflowSummaryHasAUserWithoutAnActor) {
  Enrich(E{.eid = "ME_WORKFLOW_SUMMARY", .actor = {}, .more = R"(,"uid":"u1")"});
  EXPECT_EQ(At("/userdata/usertype"), "\"teacher\"");
  Enrich(E{.eid = "ME_WORKFLOW_SUMMARY", .actor = R"({"id":"u1","type":"System"})"});
  EXPECT_EQ(At("/userdata/usertype"), "\"teacher\"");
  ExpectNoUser(E{.eid = "ME_WORKFLOW_SUMMARY", .actor = {}, .more = R"(,"uid":"anonymous")"});
  ExpectNoUser(E{.eid = "me_workflow_summary", .actor = {}, .more = R"(,"uid":"u1")"});
}

TEST_F(DenormalizeUserTest, Row26_AnEmptyUidStandsForNone) {
  ExpectNoUser(E{.more = R"(,"uid":"")"});
}

TEST_F(DenormalizeUserTest, Row27_TheUidGoesFirst) {
  Enrich(E{.more = R"(,"uid":"u2")"});
  EXPECT_THAT(Asked("user"), ElementsAre("user:u2"));
  EXPECT_EQ(Counts("user"), "1 0 1");
}

TEST_F(DenormalizeUserTest, AnIllTypedUidDoesNotCount) {
  for (const char* uid : {"5", "{}", "null"}) {
    Enrich(E{.more = std::string(",\"uid\":") + uid});
    EXPECT_EQ(Counts("user"), "1 1 0") << uid;
  }
}

TEST_F(DenormalizeUserTest, Row28_AnUnknownUserHasTheDefaults) {
  EnrichFor("u9");
  EXPECT_EQ(At("/userdata"), kDefaults);
  EXPECT_EQ(Flag("user_denorm"), "false");
  EXPECT_EQ(Counts("user"), "1 0 1");
  ExpectNoLocation();
}

TEST_F(DenormalizeUserTest, AUserOfWhomNothingIsWantedIsAMiss) {
  KnowUser("u2", {{"phone", "1"}, {"grade", ""}});
  EnrichFor("u2");
  EXPECT_EQ(At("/userdata"), kDefaults);
  EXPECT_EQ(Counts("user"), "1 0 1");
}

TEST_F(DenormalizeUserTest, Rows29And30_TheFlagTellsWhetherMoreThanTheDefaultsIsKnown) {
  KnowUser("u2", {{"usersignintype", "S"}, {"userlogintype", "L"}});
  EnrichFor("u2");
  EXPECT_EQ(At("/userdata"), R"({"usersignintype":"S","userlogintype":"L"})");
  EXPECT_EQ(Flag("user_denorm"), "false");
  EXPECT_EQ(Counts("user"), "1 1 0");
  KnowUser("u2", {{"usertype", "t"}});
  EnrichFor("u2");
  EXPECT_EQ(Flag("user_denorm"), "true");
  EXPECT_EQ(At("/userdata"),
            R"({"usertype":"t","usersignintype":"Anonymous","userlogintype":"NA"})");
}

TEST_F(DenormalizeUserTest, TheDefaultsAreAsConfigured) {
  stage_ = Build(
      "denormalize: { content: content, device: device, user: user, dialcode: dialcode, "
      "signin_type_default: \"a\\\"b\", login_type_default: none }");
  EnrichFor("u9");
  EXPECT_EQ(At("/userdata"), R"({"usersignintype":"a\"b","userlogintype":"none"})");
}

TEST_F(DenormalizeUserTest, Row31_ArraysAreArraysAndEmptyFieldsAreLeftOut) {
  KnowUser("u2", {{"subject", R"(["A"])"}, {"grade", ""}, {"phone", "1"}, {"language", " [ ] "}});
  EnrichFor("u2");
  EXPECT_EQ(At("/userdata/subject"), R"(["A"])");
  EXPECT_EQ(At("/userdata/language"), "[]");
  EXPECT_EQ(At("/userdata/grade"), "absent");
  EXPECT_EQ(At("/userdata/phone"), "absent");
}

TEST_F(DenormalizeUserTest, Rows32And33_BracketsWithABackslashAreText) {
  EXPECT_EQ(Member("schoolname", R"(\[RPMMAT M.S UDHADIH)"), "\"[RPMMAT M.S UDHADIH\"");
  EXPECT_EQ(Member("schoolname", "[X"), "\"[X\"");
  EXPECT_EQ(Member("schoolname", R"({"a":1,"a":2})"), R"("{\"a\":1,\"a\":2}")");
  EXPECT_EQ(Member("schoolname", "[1] x"), "\"[1] x\"");
  EXPECT_EQ(Member("schoolname", "  "), "\"  \"");
  EXPECT_EQ(Member("schoolname", "null"), "\"null\"");
  EXPECT_EQ(Member("schoolname", "5"), "\"5\"");
}

TEST_F(DenormalizeUserTest, JsonOfAHashIsReadAsLenientlyAsTheOriginalDoes) {
  EXPECT_EQ(Member("subject", "[1,,'x',007,TRUE]"), R"([1,null,"x","007",true])");
  EXPECT_EQ(Member("subject", "{a=>1;b:null}"), R"({"a":1})");
}

TEST_F(DenormalizeUserTest, Row34_TheUserOfTheProducerIsMergedWithWhatIsKnown) {
  EnrichFor("u1", R"(,"userdata":{"firstname":"F","usertype":"old","state":null})");
  EXPECT_EQ(At("/userdata/firstname"), "\"F\"");
  EXPECT_EQ(At("/userdata/usertype"), "\"teacher\"");
  EXPECT_EQ(At("/userdata/state"), "\"Kerala\"");
  EXPECT_EQ(At("/userdata/usersignintype"), "\"Anonymous\"");
  EnrichFor("u9", R"(,"userdata":{"firstname":"F","usersignintype":"x"})");
  EXPECT_EQ(At("/userdata/firstname"), "\"F\"");
  EXPECT_EQ(At("/userdata/usersignintype"), "\"Anonymous\"");
  EXPECT_EQ(Flag("user_denorm"), "false");
}

TEST_F(DenormalizeUserTest, AUserdataThatIsNoObjectIsReplaced) {
  for (const char* userdata : {"[]", "\"x\"", "5", "null"}) {
    EnrichFor("u9", std::string(",\"userdata\":") + userdata);
    EXPECT_EQ(At("/userdata"), kDefaults) << userdata;
  }
}

TEST_F(DenormalizeUserTest, AKeyOfTheWrongTypeIsAMissThatIsCounted) {
  resources_.lookups["user"]["user:u2"] = {"{}", {}};
  EnrichFor("u2");
  EXPECT_EQ(At("/userdata"), kDefaults);
  EXPECT_EQ(Counts("user"), "1 0 1");
  EXPECT_EQ(CountOf("cache-unreadable"), 1U);
}

}  // namespace
}  // namespace sluice
