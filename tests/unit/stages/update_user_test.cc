#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "memory/memory_table_store.h"
#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Op = TableRequest::Op;
using State = Event::State;
using UserFields = MemoryTable::Fields;

/// A table in memory that notes what is written, and fails when told to.
class WatchedUsers final : public TableStore {
 public:
  struct Log {
    std::vector<std::string> writes;  ///< One text a request.
    int sends = 0;
    int fail_at = 0;         ///< The Send, from 1 on, that is refused.
    int lose_answer_of = 0;  ///< The Send whose requests are done, and whose answer is lost.
  };
  WatchedUsers(std::shared_ptr<MemoryTable> table, const Clock& clock, Log& log)
      : table_(std::move(table), clock), log_(log) {}

  Status Send(std::span<const TableRequest> requests) override {
    if (++log_.sends == log_.fail_at) return Error{ErrorKind::kUnavailable, "redis: refused"};
    for (const TableRequest& request : requests) Note(request);
    return table_.Send(requests);
  }
  Status Receive(std::vector<TableReply>& replies) override {
    if (log_.sends == log_.lose_answer_of) return Error{ErrorKind::kUnavailable, "redis: lost"};
    return table_.Receive(replies);
  }
  void Cancel() override { table_.Cancel(); }

 private:
  void Note(const TableRequest& request) {
    if (!Writes(request.op)) return;
    std::string text = request.op == Op::kSetFields      ? "HSET "
                       : request.op == Op::kRemoveFields ? "HDEL "
                                                         : "HINCRBY ";
    text += request.key;
    for (const TableField& field : request.fields) {
      text.append(" ").append(field.name);
      if (request.op == Op::kSetFields) text.append("=").append(field.value);
    }
    log_.writes.push_back(text);
  }

  MemoryTableStore table_;
  Log& log_;
};

class UpdateUserTest : public StageTest {
 protected:
  void SetUp() override {
    StageTest::SetUp();
    resources_.tables["user"] = [this] {
      return std::make_unique<WatchedUsers>(users_, resources_.now, log_);
    };
    stage_ = Build("update_user: { store: user, api: user_read }");
  }

  static std::string Text(const std::string& id, const std::string& state,
                          const std::string& pid = "learner-service",
                          const std::string& cdata = "[]") {
    return R"({"eid":"AUDIT","mid":"m","object":{"id":")" + id +
           R"(","type":"User"},"edata":{"state":")" + state + R"("},"context":{"pdata":{"pid":")" +
           pid + R"("},"cdata":)" + cdata + "}}";
  }
  static std::string Role(const std::string& id, const std::string& role) {
    return Text(id, "Update", "app", R"([{"type":"UserRole","id":")" + role + R"("}])");
  }
  /// The API's answer; `members` are those of the user beside the least that there must be.
  void Know(const std::string& id, const std::string& members) {
    Answer(id, R"({"responseCode":"OK","result":{"response":{)" + members + "}}}");
  }
  void Answer(const std::string& id, const std::string& body) {
    resources_.lookups["user_read"][id].text = body;
  }
  UserFields FieldsOf(const std::string& key) {
    const auto entries = users_->Entries();
    const auto at = entries.find(key);
    return at == entries.end() ? UserFields() : std::get<UserFields>(at->second);
  }
  std::string FieldOf(const std::string& key, const std::string& field) {
    const UserFields fields = FieldsOf(key);
    const auto at = fields.find(field);
    return at == fields.end() ? "(none)" : at->second;
  }
  /// Sends the texts through the stage as one batch.
  Status RunAll(const std::vector<std::string>& texts) {
    Forget();
    for (const std::string& text : texts) Add(text);
    return Run(*stage_);
  }
  /// How the only event ended: "done", or the reason; the counters that are not 0.
  std::string EndOf(const std::string& text) {
    EXPECT_TRUE(RunAll({text}).ok());
    const Event& event = batch_.events()[0];
    std::string end = event.state() == State::kEmitted ? "done" : event.reason();
    for (const char* counter :
         {"skipped-message-count", "success-message-count", "user-cache-hit",
          "api-read-success-count", "api-read-miss-count", "failed-event-count"}) {
      if (CountOf(counter) != 0) end.append(" ").append(counter, 4);
    }
    EXPECT_EQ(CountOf("total-audit-events-count"), 1U);
    EXPECT_NE(event.state(), State::kActive);
    return end;
  }

  std::shared_ptr<MemoryTable> users_ = std::make_shared<MemoryTable>(kMarksByDefault);
  WatchedUsers::Log log_;
  std::unique_ptr<Stage> stage_;
};

TEST_F(UpdateUserTest, TwoEventsOfAUserInABatchGiveTheResultOfOneAfterTheOther) {
  users_->Put("user:u",
              UserFields{{"state", "S"}, {"block", "B"}, {"cluster", ""}, {"other", "o"}});
  Know("u", R"("firstName":"F","userLocations":[{"type":"district","name":"D"}])");
  const std::vector<std::string> texts = {Role("u", "first"), Text("u", "Update"),
                                          Role("u", "last")};
  ASSERT_TRUE(RunAll(texts).ok());
  EXPECT_EQ(log_.sends, 2) << "one round trip to read, one to write";
  EXPECT_EQ(log_.writes.size(), 2U);
  EXPECT_EQ(log_.writes[0], "HDEL user:u state block");
  const UserFields together = FieldsOf("user:u");
  EXPECT_EQ(together.at("userlogintype"), "last");
  EXPECT_EQ(together.at("district"), "D");
  EXPECT_EQ(together.at("cluster"), "");
  EXPECT_EQ(together.at("other"), "o");
  EXPECT_FALSE(together.contains("state"));

  users_->Put("user:u",
              UserFields{{"state", "S"}, {"block", "B"}, {"cluster", ""}, {"other", "o"}});
  for (const std::string& text : texts) ASSERT_TRUE(RunAll({text}).ok());
  EXPECT_EQ(FieldsOf("user:u"), together);
}

TEST_F(UpdateUserTest, WhatAnEventOfTheBatchPutALaterOneTakesAway) {
  users_->Put("user:u", UserFields{{"block", ""}});
  // A role's name does for a removable field here.
  const auto stage = Build(
      "update_user: { store: user, api: user_read, removable_fields: [userlogintype, block] }");
  Know("u", R"("firstName":"F")");
  Forget();
  Add(Role("u", "teacher"));
  Add(Text("u", "Update"));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(FieldOf("user:u", "userlogintype"), "(none)");
  EXPECT_EQ(FieldOf("user:u", "block"), "");
  Forget();
  Add(Text("u", "Update"));
  Add(Role("u", "teacher"));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(FieldOf("user:u", "userlogintype"), "teacher");
}

TEST_F(UpdateUserTest, AReplayChangesNothingAndCountsNoUserTwice) {
  users_->Put("user:a", UserFields{{"state", "S"}, {"block", ""}});
  Know("a", R"("rootOrgId":"RO","userLocations":[{"type":"state","name":""}])");
  Know("b", R"("rootOrgId":"RO")");
  const std::vector<std::string> texts = {Text("a", "CREATE"), Text("b", "Created"),
                                          Text("a", "Update"), Role("a", "r")};
  ASSERT_TRUE(RunAll(texts).ok());
  EXPECT_EQ(FieldsOf("mdo_registered_officer_count"), (UserFields{{"RO", "2"}}));
  EXPECT_EQ(log_.writes.back(), "HINCRBY mdo_registered_officer_count RO") << "the users first";
  const auto once = FieldsOf("user:a");
  for (int replay = 0; replay < 2; ++replay) {
    ASSERT_TRUE(RunAll(texts).ok());
    EXPECT_EQ(FieldsOf("user:a"), once);
    EXPECT_EQ(FieldsOf("mdo_registered_officer_count"), (UserFields{{"RO", "2"}}));
    EXPECT_EQ(CountOf("success-message-count"), 4U);
  }
}

TEST_F(UpdateUserTest, WhereverAStoreFailsTheBatchMayBeSentAgain) {
  Know("a", R"("rootOrgId":"RO")");
  const std::vector<std::string> texts = {Text("a", "CREATE"), Text("a", "CREATE")};
  for (int& send : {std::ref(log_.fail_at), std::ref(log_.lose_answer_of)}) {
    for (int nth = 1; nth <= 3; ++nth) {
      log_.sends = 0;
      send = nth;
      users_ = std::make_shared<MemoryTable>(kMarksByDefault);
      stage_ = Build("update_user: { store: user, api: user_read }");
      const Status status = RunAll(texts);
      ASSERT_FALSE(status.ok()) << nth;
      EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
      stage_->Cancel();
      send = 0;
      ASSERT_TRUE(RunAll(texts).ok()) << nth;
      EXPECT_EQ(FieldsOf("mdo_registered_officer_count"), (UserFields{{"RO", "2"}})) << nth;
      EXPECT_EQ(FieldOf("user:a", "rootorgid"), "RO");
      EXPECT_EQ(CountOf("success-message-count"), 2U);
    }
  }
}

TEST_F(UpdateUserTest, TwoBatchesMayBeUnderWay) {
  Know("a", R"("firstName":"A")");
  Know("b", R"("firstName":"B")");
  Batch second;
  const std::string text = Text("b", "Update");
  const Record record{Position{"in", 0, 9}, text};
  Add(Text("a", "Update"));
  Event& later = AddEvent(second, record);
  ASSERT_TRUE(stage_->Start(batch_).ok());
  ASSERT_TRUE(stage_->Start(second).ok());
  ASSERT_TRUE(stage_->Finish(batch_).ok());
  EXPECT_TRUE(later.active());
  EXPECT_THAT(FieldsOf("user:b"), IsEmpty());
  ASSERT_TRUE(stage_->Finish(second).ok());
  EXPECT_EQ(FieldOf("user:a", "firstname"), "A");
  EXPECT_EQ(FieldOf("user:b", "firstname"), "B");
}

TEST_F(UpdateUserTest, TheApiIsAskedForTheWholeBatchAndNotForOtherPids) {
  ASSERT_TRUE(RunAll({Text("a b", "Update"), Role("c", "r"), Text("d", "Delete")}).ok());
  EXPECT_THAT(resources_.last_lookups["user_read"]->asked, ElementsAre("a b"));
}

TEST_F(UpdateUserTest, AnEventThatCannotBeUsedGoesOutAsItCame) {
  const std::string text = Text("u", "Update") + " ";
  EXPECT_EQ(EndOf(text), "user_unanswered api- fail");
  const Event& event = batch_.events()[0];
  EXPECT_EQ(event.state(), State::kDiverted);
  EXPECT_EQ(event.verbatim(), text);
}

TEST_F(UpdateUserTest, AnAnswerThatDoesNotComeIsAMiss) {
  resources_.lookups["user_read"]["u"].unanswered = true;
  EXPECT_EQ(EndOf(Text("u", "Update")), "user_unanswered api- fail");
  EXPECT_EQ(CountOf("api-read-miss-count"), 1U);
}

TEST_F(UpdateUserTest, AUserWhoseKeyHoldsSomethingElseFails) {
  users_->Put("user:u", std::string("text"));
  Know("u", R"("rootOrgId":"RO")");
  EXPECT_EQ(EndOf(Text("u", "CREATE")), "wrong_type api- fail");
  EXPECT_EQ(EndOf(Role("u", "r")), "wrong_type fail") << "that was not read before";
  EXPECT_EQ(EndOf(Text("u", "Update")), "wrong_type api- fail");
  EXPECT_EQ(users_->size(), 1U) << "and is not counted";
  EXPECT_EQ(std::get<std::string>(users_->Entries().at("user:u")), "text");
}

TEST_F(UpdateUserTest, ACounterThatCannotCountFailsTheEvent) {
  users_->Put("mdo_registered_officer_count", UserFields{{"RO", "many"}});
  Know("u", R"("rootOrgId":"RO")");
  EXPECT_EQ(EndOf(Text("u", "CREATE")), "counter_wrong_type api- fail");
  EXPECT_EQ(FieldOf("user:u", "rootorgid"), "RO");
}

TEST_F(UpdateUserTest, NumbersKeepTheirText) {
  Know("u", R"("firstName":5,"encPhone":12345678901234567890,"encEmail":1.50,"lastName":true,)"
            R"("language":[5,null,false],"rootOrg":{"orgName":1e2})");
  EXPECT_EQ(EndOf(Text("u", "Update")), "done succ user api-");
  EXPECT_EQ(FieldOf("user:u", "firstname"), "5");
  EXPECT_EQ(FieldOf("user:u", "phone"), "12345678901234567890");
  EXPECT_EQ(FieldOf("user:u", "email"), "1.50");
  EXPECT_EQ(FieldOf("user:u", "lastname"), "true");
  EXPECT_EQ(FieldOf("user:u", "language"), R"(["5",null,"false"])");
  EXPECT_EQ(FieldOf("user:u", "orgname"), "1e2");
}

TEST_F(UpdateUserTest, BracketsAreEscapedInTextsAndNotInLists) {
  Know("u", R"("firstName":"[a]","framework":{"board":["[b]"],"medium":["[m]"]},)"
            R"("userLocations":[{"type":"[t]","name":"]"}],"profileUserTypes":[{"type":"[x]"}])");
  EXPECT_EQ(EndOf(Text("u", "Update", "learner-service", R"([{"type":"UserRole","id":"[r"}])")),
            "done succ user api-");
  EXPECT_EQ(FieldOf("user:u", "firstname"), R"(\[a\])");
  EXPECT_EQ(FieldOf("user:u", "board"), R"(\[b\])");
  EXPECT_EQ(FieldOf("user:u", "medium"), R"(["[m]"])");
  EXPECT_EQ(FieldOf("user:u", "[t]"), R"(\])");
  EXPECT_EQ(FieldOf("user:u", "usertype"), R"(\[x\])");
  EXPECT_EQ(FieldOf("user:u", "profileusertypes"), R"(\[{"type":"\[x\]"}\])");
  EXPECT_EQ(FieldOf("user:u", "userlogintype"), R"(\[r)");
}

TEST_F(UpdateUserTest, ListsAreTheBytesThatGsonWrites) {
  Answer("u", R"({"responseCode":"OK","result":{"response":{"language":["<&'=>","\"\\é\u2028"],)"
              R"("profileUserTypes":[{"type":"<t>","x":null,"subType":"s","other":"o"},{}]}}})");
  EXPECT_EQ(EndOf(Text("u", "Update")), "done succ user api-");
  EXPECT_EQ(FieldOf("user:u", "language"), R"(["\u003c\u0026\u0027\u003d\u003e","\"\\é\u2028"])");
  EXPECT_EQ(FieldOf("user:u", "profileusertypes"),
            R"(\[{"other":"o","subType":"s","type":"\u003ct\u003e"},{}\])");
  EXPECT_EQ(FieldOf("user:u", "usertype"), "<t>");
}

TEST_F(UpdateUserTest, WhatTheEventSaysComesBeforeWhatTheApiSays) {
  Know("u", R"("userLocations":[{"type":"userlogintype","name":"of the API"}])");
  ASSERT_TRUE(
      RunAll({Text("u", "Update", "learner-service", R"([{"type":"UserRole","id":"own"}])")}).ok());
  EXPECT_EQ(FieldOf("user:u", "userlogintype"), "own");
}

TEST_F(UpdateUserTest, AMemberOfAnotherTypeThanItMustBeFailsTheEvent) {
  for (const char* members : {R"("language":"English")",
                              R"("language":[{}])",
                              R"("framework":"x")",
                              R"("framework":{"board":"B"})",
                              R"("framework":{"x":[[]]})",
                              R"("framework":[1])",
                              R"("userLocations":{})",
                              R"("userLocations":[null])",
                              R"("userLocations":["x"])",
                              R"("userLocations":[{"type":5}])",
                              R"("userLocations":[{"type":"t","name":5}])",
                              R"("userLocations":[{"type":"School","code":5}])",
                              R"("profileUserTypes":{})",
                              R"("profileUserTypes":[null])",
                              R"("profileUserTypes":[{"type":{}}])",
                              R"("profileUserType":"teacher")",
                              R"("rootOrg":"x")",
                              R"("rootOrg":[])",
                              R"("rootOrg":{"orgName":{}})",
                              R"("firstName":[])",
                              R"("rootOrgId":{})"}) {
    Know("u", members);
    EXPECT_EQ(EndOf(Text("u", "CREATE")), "user_ill_typed api- fail") << members;
    EXPECT_EQ(CountOf("api-read-success-count"), 1U) << members;
    EXPECT_THAT(std::string(batch_.events()[0].note().detail), Not(IsEmpty()));
  }
  EXPECT_THAT(log_.writes, IsEmpty());
}

TEST_F(UpdateUserTest, AnAnswerThatIsNoneFailsTheEventAsAMiss) {
  for (const char* body : {"", "null", "[1]", "<html>hello</html>", "{}", R"({"responseCode":{}})",
                           R"({"responseCode":"OK","params":"x","result":{"response":{}}})",
                           R"({"responseCode":"OK","params":{"err":[]},"result":{"response":{}}})",
                           R"({"responseCode":"OK","result":"x"})"}) {
    Answer("u", body);
    EXPECT_EQ(EndOf(Text("u", "Update")), "user_unreadable api- fail") << body;
    EXPECT_EQ(CountOf("api-read-miss-count"), 1U) << body;
  }
}

TEST_F(UpdateUserTest, TheSettingsAreThoseOfTheFile) {
  const auto stage = Build(
      "update_user: { store: user, api: user_read, registered_pid: portal, self_sign_in_types: "
      "[apple], validated_types: [], self_sign_in: own, tolerated_codes: [GONE], counter_key: n }");
  Know("u", R"("rootOrgId":"RO")");
  Answer("gone", R"({"responseCode":"gone","params":{"err":"UOS_USRRED0006"},"result":{}})");
  Add(Text("u", "CREATE", "portal", R"([{"type":"SignupType","id":"apple"}])"));
  Add(Text("gone", "Update", "portal", R"([{"type":"SignupType","id":"apple"}])"));
  Add(Text("v", "Update", "learner-service", R"([{"type":"SignupType","id":"sso"}])"));
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(FieldOf("user:u", "usersignintype"), "own");
  EXPECT_EQ(FieldsOf("user:gone"), (UserFields{{"usersignintype", "own"}}));
  EXPECT_EQ(FieldsOf("n"), (UserFields{{"RO", "1"}}));
  EXPECT_EQ(std::string(batch_.events()[2].reason()), "no_user_data");
}

}  // namespace
}  // namespace sluice
