#include <gmock/gmock.h>

#include <set>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A work order with this cb_data, and these members beside edata.
std::string Order(const std::string& cb_data, const std::string& more = R"("mid":"m")") {
  return "{" + more + R"(,"edata":{"cb_object":{"type":"WorkOrder"},"cb_data":)" + cb_data + "}}";
}
std::string Data(const std::string& members) { return R"({"data":{)" + members + "}}"; }
/// A published work order with these members in its one user.
std::string Published(const std::string& user) {
  return Order(Data(R"("status":"Published","users":[{)" + user + "}]"));
}
std::string Role(const std::string& members) {
  return Published(R"("roleCompetencyList":[{)" + members + "}]");
}

class FlattenWorkOrderTest : public StageTest {
 protected:
  /// The order as it went through the stage, routed as in the pipeline; rows stand behind it.
  const Event& After(const std::string& order) {
    Forget();
    const auto stage = Build("flatten_work_order");
    Event& event = Add(order);
    batch_.Emit(event, resources_.Topic("audit"));
    EXPECT_TRUE(Run(*stage).ok());
    return event;
  }
  /// What stands at `path` in the rows with this eid.
  std::vector<std::string> InRows(const std::string& eid, const char* path) {
    std::vector<std::string> texts;
    for (std::size_t i = 1; i < batch_.events().size(); ++i) {
      const Document& doc = batch_.events()[i].doc();
      if (doc.ReadString(Path("/eid")) != eid) continue;
      doc.AppendTo(texts.emplace_back(), doc.Find(Path(path)));
    }
    return texts;
  }
  std::vector<std::string> Officers() { return InRows("CB_ITEM_USER", "/edata/cb_data"); }
  std::vector<std::string> Items() { return InRows("CB_ITEM", "/edata/cb_data"); }

  std::vector<std::string> OfficersOf(const std::string& order) {
    ExpectWhole(After(order));
    return Officers();
  }
  std::vector<std::string> ItemsOf(const std::string& order) {
    ExpectWhole(After(order));
    return Items();
  }
  void ExpectWhole(const Event& order) {
    EXPECT_EQ(order.state(), Event::State::kEmitted);
    EXPECT_EQ(CountOf("cb-audit-route-failed-count"), 0U);
    EXPECT_EQ(order.doc().version(), 0U);
  }
  /// The order went out and fails with this text.
  void ExpectFaults(const std::string& text, const std::string& faults) {
    const Event& order = After(text);
    EXPECT_EQ(order.state(), Event::State::kDiverted) << text;
    EXPECT_EQ(order.side_output(), 0) << text;
    EXPECT_STREQ(order.reason(), "ill_typed_work_order") << text;
    EXPECT_EQ(order.doc().ReadString(Path("/metadata/validation_error")), faults) << text;
    EXPECT_EQ(order.doc().ReadString(Path("/metadata/src")), "CBPreprocessor") << text;
    EXPECT_EQ(CountOf("cb-audit-route-failed-count"), 1U) << text;
    ASSERT_EQ(emitted_.size(), 1U) << text;
    EXPECT_EQ(emitted_[0].value.find("metadata"), std::string::npos) << "emitted before it failed";
  }
};

TEST_F(FlattenWorkOrderTest, OnlyTheSideOutputIsConfigured) {
  EXPECT_EQ(Problem("flatten_work_order"), "");
  EXPECT_EQ(Problem("flatten_work_order: { side_output: duplicate }"), "");
  EXPECT_THAT(Problem("flatten_work_order: { side_output: fail }"),
              HasSubstr("did you mean `failed`?"));
}

// The rows are those of cb-preprocessor.md, 9.

TEST_F(FlattenWorkOrderTest, Row14OtherTypesHaveNoRows) {
  for (const std::string type : {"5", R"("workorder")", "null", R"("WorkOrder ")"}) {
    const Event& event =
        After(R"({"edata":{"cb_object":{"type":)" + type +
              R"(},"cb_data":{"data":{"status":"Published","users":[{"id":"U"}]}}}})");
    ExpectWhole(event);
    EXPECT_EQ(batch_.events().size(), 1U) << type;
  }
}

TEST_F(FlattenWorkOrderTest, Row16WithoutCbDataAWorkOrderFails) {
  ExpectFaults(R"({"mid":"m8","edata":{"cb_object":{"type":"WorkOrder"}}})",
               "/edata/cb_data is not an object");
  EXPECT_EQ(batch_.events().size(), 1U);
  for (const std::string cb_data : {"null", R"("x")", "[]", "5"})
    ExpectFaults(Order(cb_data), "/edata/cb_data is not an object");
}

TEST_F(FlattenWorkOrderTest, Row17WithoutDataOrUsersThereAreNoRows) {
  for (const std::string cb_data :
       {"{}", R"({"data":null})", R"({"data":{}})", R"({"data":{"users":null}})",
        R"({"data":{"status":"Published","users":[]}})"}) {
    ExpectWhole(After(Order(cb_data)));
    EXPECT_EQ(batch_.events().size(), 1U) << cb_data;
  }
}

TEST_F(FlattenWorkOrderTest, Row18WhatIsIllTypedIsTakenForEmptyAndTheRestIsFlattened) {
  ExpectFaults(Order(R"({"data":"x"})"), "/edata/cb_data/data is not an object");
  ExpectFaults(Order(R"({"data":[]})"), "/edata/cb_data/data is not an object");
  ExpectFaults(Order(Data(R"("users":"x")")), "/edata/cb_data/data/users is not an array");
  ExpectFaults(Order(Data(R"("users":{})")), "/edata/cb_data/data/users is not an array");
  ExpectFaults(Order(Data(R"("users":[null])")), "/edata/cb_data/data/users/0 is not an object");
  ExpectFaults(Order(Data(R"("users":[{"id":"a"},5,{"id":"b"}])")),
               "/edata/cb_data/data/users/1 is not an object");
  EXPECT_THAT(Officers(), ElementsAre(R"({"wa_id":"a"})", R"({"wa_id":"b"})"));
}

TEST_F(FlattenWorkOrderTest, IllTypedPartsOfAUser) {
  const std::string user = "/edata/cb_data/data/users/0";
  ExpectFaults(Published(R"("unmappedActivities":"x")"),
               user + "/unmappedActivities is not an array");
  EXPECT_THAT(Officers(), ElementsAre(R"({"status":"Published"})"));
  ExpectFaults(Published(R"("unmappedCompetencies":[1,{"id":"C"}])"),
               user + "/unmappedCompetencies/0 is not an object");
  EXPECT_THAT(Items(), ElementsAre(R"({"status":"Published","wa_competency_id":"C"})"));
  ExpectFaults(Published(R"("roleCompetencyList":{})"),
               user + "/roleCompetencyList is not an array");
  ExpectFaults(Role(R"("roleDetails":"x","competencyDetails":[{"id":"C"}])"),
               user + "/roleCompetencyList/0/roleDetails is not an object");
  EXPECT_THAT(Items(), ElementsAre(R"({"status":"Published","wa_competency_id":"C"})"));
  ExpectFaults(Role(R"("roleDetails":{"childNodes":[null]})"),
               user + "/roleCompetencyList/0/roleDetails/childNodes/0 is not an object");
  ExpectFaults(Role(R"("competencyDetails":5)"),
               user + "/roleCompetencyList/0/competencyDetails is not an array");
  ExpectFaults(Published(R"("unmappedActivities":1,"unmappedCompetencies":2)"),
               user + "/unmappedActivities is not an array, " + user +
                   "/unmappedCompetencies is not an array");
}

TEST_F(FlattenWorkOrderTest, ItemsOfAWorkOrderThatIsNotPublishedAreNotLookedAt) {
  EXPECT_THAT(
      OfficersOf(Order(Data(R"("status":"Draft","users":[{"id":"U","roleCompetencyList":"x"}])"))),
      ElementsAre(R"({"status":"Draft","wa_id":"U"})"));
  EXPECT_THAT(Items(), IsEmpty());
}

TEST_F(FlattenWorkOrderTest, Row19ItemsAreForPublishedWorkOrdersOnly) {
  for (const std::string status : {R"("published")", R"("Published ")", "null", "5", "[]"}) {
    After(Order(Data(R"("status":)" + status +
                     R"(,"users":[{"id":"U","unmappedActivities":[{"id":"A"}]}])")));
    EXPECT_EQ(Officers().size(), 1U) << status;
    EXPECT_THAT(Items(), IsEmpty()) << status;
  }
  EXPECT_THAT(OfficersOf(Order(Data(R"("status":"published","users":[{"id":"U"}])"))),
              ElementsAre(R"({"status":"published","wa_id":"U"})"));
}

TEST_F(FlattenWorkOrderTest, Row20EveryKindOfRow) {
  const std::string order =
      R"({"mid":"m11","eid":"CB_AUDIT","context":{"did":"D"},"edata":{"state":"P",)"
      R"("cb_object":{"type":"WorkOrder"},"cb_data":{"extra":1,"data":{"id":"W",)"
      R"("status":"Published","nul":null,"users":[{"id":"U1","userPosition":null,)"
      R"("unmappedActivities":[{"id":"A0"}],"unmappedCompetencies":[{"id":"C0"}],)"
      R"("roleCompetencyList":[{"x":1,"roleDetails":{"id":"R1","childNodes":[{"id":"A1"}]},)"
      R"("competencyDetails":[{"id":"C1"}]},{"competencyDetails":[{"id":"C2"}]}]},)"
      R"({"id":"U2"}]}}}})";
  const std::string base = R"({"id":"W","status":"Published","wa_id":"U1")";
  EXPECT_THAT(OfficersOf(order),
              ElementsAre(base + "}", R"({"id":"W","status":"Published","wa_id":"U2"})"));
  EXPECT_THAT(
      Items(),
      ElementsAre(base + R"(,"wa_activity_id":"A0"})", base + R"(,"wa_competency_id":"C0"})",
                  base + R"(,"wa_rcl_x":1,"wa_role_id":"R1","wa_activity_id":"A1"})",
                  base + R"(,"wa_rcl_x":1,"wa_role_id":"R1","wa_competency_id":"C1"})",
                  base + R"(,"wa_competency_id":"C2"})"));
  for (const char* eid : {"CB_ITEM_USER", "CB_ITEM"}) {
    EXPECT_THAT(InRows(eid, "/mid_parent"), ::testing::Each(R"("m11")"));
    EXPECT_THAT(InRows(eid, "/edata/state"), ::testing::Each(R"("P")"));
    EXPECT_THAT(InRows(eid, "/edata/cb_object"), ::testing::Each(R"({"type":"WorkOrder"})"));
    EXPECT_THAT(InRows(eid, "/context"), ::testing::Each(R"({"did":"D"})"));
  }
}

TEST_F(FlattenWorkOrderTest, Row21TheLaterOfTwoEqualNamesCounts) {
  EXPECT_THAT(ItemsOf(Published(R"("activity_id":"X","unmappedActivities":[{"id":"A"}])")),
              ElementsAre(R"({"status":"Published","wa_activity_id":"A"})"));
  EXPECT_THAT(ItemsOf(Order(Data(R"("wa_id":"W","status":"Published","users":[{"id":"U",)"
                                 R"("rcl_a":1,"role_a":2,"roleCompetencyList":[{"a":3,)"
                                 R"("roleDetails":{"a":4},"competencyDetails":[{}]}]}])"))),
              ElementsAre(R"({"status":"Published","wa_id":"U","wa_rcl_a":3,"wa_role_a":4})"));
}

TEST_F(FlattenWorkOrderTest, ANullThatComesLaterTakesTheValueAway) {
  EXPECT_THAT(ItemsOf(Published(R"("activity_id":"X","unmappedActivities":[{"id":null}])")),
              ElementsAre(R"({"status":"Published"})"));
}

TEST_F(FlattenWorkOrderTest, NamesAreExcludedWhereTheyStandOnly) {
  EXPECT_THAT(
      ItemsOf(Published(R"("users":1,"roleDetails":2,"unmappedActivities":[{"users":3,)"
                        R"("childNodes":4,"roleCompetencyList":5}])")),
      ElementsAre(R"({"status":"Published","wa_users":1,"wa_roleDetails":2,"wa_activity_users":3,)"
                  R"("wa_activity_childNodes":4,"wa_activity_roleCompetencyList":5})"));
}

TEST_F(FlattenWorkOrderTest, ValuesAreTakenWholeAndToTheLastDigit) {
  EXPECT_THAT(
      OfficersOf(Order(Data(R"("a":[1.0,1e3,12345678901234567890,null],"b":{"c":{},"d":null},)"
                            R"("e\"":"\u00e9/","users":[{"f":0.10}])"))),
      ElementsAre(R"({"a":[1.0,1e3,12345678901234567890,null],"b":{"c":{}},"e\"":"é/",)"
                  R"("wa_f":0.10})"));
}

TEST_F(FlattenWorkOrderTest, ARowHasWhatStandsBesideEdataAndNothingOfTheOldCbData) {
  After(Order(R"({"more":1,"data":{"users":[{}]}})",
              R"("mid":"m","mid_parent":"p","eid":"E","ets":1.50,"flags":{"x":true},"none":null)"));
  ASSERT_EQ(batch_.events().size(), 2U);
  const Event& row = batch_.events()[1];
  const std::string mid(row.doc().ReadString(Path("/mid")).value_or(""));
  EXPECT_EQ(TextOf(row), R"({"eid":"CB_ITEM_USER","mid":")" + mid +
                             R"(","ets":1.50,"flags":{"x":true},"mid_parent":"m",)"
                             R"("edata":{"cb_data":{},"cb_object":{"type":"WorkOrder"}}})");
  EXPECT_TRUE(row.active());
  EXPECT_TRUE(row.created());
}

TEST_F(FlattenWorkOrderTest, MidsAndPositionsAreDistinctAndTheSameAtAReplay) {
  const std::string users =
      Data(R"("status":"Published","users":[{"unmappedActivities":[{},{}]},{}])");
  const auto identities = [&](const std::string& more) {
    After(Order(users, more));
    std::set<std::string> found;
    for (std::size_t i = 1; i < batch_.events().size(); ++i) {
      const Event& row = batch_.events()[i];
      const std::string mid(row.doc().ReadString(Path("/mid")).value_or(""));
      const std::string eid(row.doc().ReadString(Path("/eid")).value_or(""));
      EXPECT_THAT(mid, ::testing::MatchesRegex(eid + ":[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
      found.insert(row.position().ToString() + ' ' + mid);
    }
    EXPECT_EQ(found.size(), 4U);
    return found;
  };
  EXPECT_EQ(identities(R"("mid":"m")"), identities(R"("mid":"m")"));
  EXPECT_NE(identities(R"("mid":"m")"), identities(R"("mid":"n")"));
  EXPECT_EQ(identities(R"("x":1)"), identities(R"("mid":null)")) << "from the position then";
  EXPECT_THAT(InRows("CB_ITEM", "/mid_parent"), ::testing::Each(""));
}

TEST_F(FlattenWorkOrderTest, WithoutMidTheRowsOfTwoOrdersDiffer) {
  const auto stage = Build("flatten_work_order");
  Add(Order(Data(R"("users":[{}])"), R"("x":1)"));
  Add(Order(Data(R"("users":[{}])"), R"("x":1)"));
  ASSERT_TRUE(Run(*stage).ok());
  ASSERT_EQ(batch_.events().size(), 4U);
  EXPECT_NE(batch_.events()[2].doc().ReadString(Path("/mid")),
            batch_.events()[3].doc().ReadString(Path("/mid")));
  EXPECT_TRUE(batch_.events()[0].active()) << "was not routed before";
}

TEST_F(FlattenWorkOrderTest, AFixtureOfTheOriginal) {
  // A draft has no items; published, its one role has an activity and a competency (section 8).
  const auto order = [](const std::string& status) {
    return Order(Data(R"("id":"W","status":")" + status +
                      R"(","users":[{"userId":"U","roleCompetencyList":[{"roleDetails":)"
                      R"({"type":"ROLE","childNodes":[{"type":"ACTIVITY"}]},)"
                      R"("competencyDetails":[{"additionalProperties":{"competencyArea":"a"}}]}],)"
                      R"("unmappedActivities":[],"unmappedCompetencies":[]}])"));
  };
  EXPECT_THAT(ItemsOf(order("Draft")), IsEmpty());
  EXPECT_THAT(ItemsOf(order("Published")),
              ElementsAre(R"({"id":"W","status":"Published","wa_userId":"U","wa_role_type":"ROLE",)"
                          R"("wa_activity_type":"ACTIVITY"})",
                          R"({"id":"W","status":"Published","wa_userId":"U","wa_role_type":"ROLE",)"
                          R"("wa_competency_additionalProperties":{"competencyArea":"a"}})"));
}

TEST_F(FlattenWorkOrderTest, WhatHasLeftThePipelineIsNotFlattened) {
  const auto stage = Build("flatten_work_order");
  Add(Order(Data(R"("users":[{}])"))).Divert(1, "duplicate_key");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(batch_.events().size(), 1U);
  EXPECT_STREQ(batch_.events()[0].reason(), "duplicate_key");
}

TEST_F(FlattenWorkOrderTest, ARowThatIsNotReadableDivertsTheOrderAndNotTheOtherRows) {
  const auto stage = Build("flatten_work_order");
  // Only a batch may hold such a number; an event with one is not readable itself.
  const Event& order = AddBatch(Order(Data(R"("users":[{"a":1},{"a":1e999},{"a":3}])")));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(batch_.events().size(), 3U);
  EXPECT_EQ(order.state(), Event::State::kDiverted);
  EXPECT_STREQ(order.reason(), "created_unreadable");
  EXPECT_EQ(order.side_output(), resources_.SideOutput("failed").value());
  EXPECT_EQ(CountOf("cb-audit-route-failed-count"), 1U);
}

TEST_F(FlattenWorkOrderTest, RowsThatTakeTooMuchMemoryTogetherDivertTheOrder) {
  const auto stage = Build("flatten_work_order");
  std::string users = R"("users":[{"a":1})";
  for (int i = 0; i < 10'000; ++i) users += R"(,{"a":1})";
  const Event& order =
      Add(Order(Data(R"("text":")" + std::string(100'000, 't') + R"(",)" + users + "]")));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_LT(batch_.events().size(), 200U);
  EXPECT_STREQ(order.reason(), "created_too_much");
}

}  // namespace
}  // namespace sluice
