#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCorrectOrganisationEntry = "correct_organisation: { store: user }";

class CorrectOrganisationTest : public StageTest {
 protected:
  void SetUp() override {
    StageTest::SetUp();
    Know("u1", {{"firstname", "F"}, {"rootorgid", "RO"}, {"orgname", "ON"}});
    Know("u2", {{"rootorgid", "RO2"}});
    Know("u3", {{"orgname", "ONLY"}});
    Know("empty", {{"rootorgid", ""}, {"orgname", "X"}});
    Know("", {{"rootorgid", "never"}});
    resources_.lookups["user"]["user:text"] = {"no hash", {}};
    stage_ = Build(kCorrectOrganisationEntry);
  }
  void Know(const std::string& user, std::vector<std::pair<std::string, std::string>> fields) {
    resources_.lookups["user"]["user:" + user] = {std::nullopt, std::move(fields)};
  }
  std::string After(const std::string& text) { return TextAfter(*stage_, text); }
  std::vector<std::string>& Asked() { return resources_.last_lookups["user"]->asked; }
  static std::string Audit(const std::string& user) {
    return R"({)" + user + R"("context":{"channel":"c"},"edata":{"cb_object":{"org":"o"}}})";
  }
  static std::string Corrected(const std::string& user, const std::string& id,
                               const std::string& name) {
    return R"({)" + user + R"("context":{"channel":")" + id +
           R"("},"edata":{"cb_object":{"org":")" + name + R"("}}})";
  }

  std::unique_ptr<Stage> stage_;
};

TEST_F(CorrectOrganisationTest, TheStoreMustBeGiven) {
  EXPECT_EQ(Problem(kCorrectOrganisationEntry), "");
  EXPECT_THAT(Problem("correct_organisation"), HasSubstr("`store` is missing"));
  EXPECT_THAT(Problem("correct_organisation: { store: users }"), HasSubstr("users"));
  EXPECT_THAT(Problem("correct_organisation: { store: user, side_output: fail }"),
              HasSubstr("did you mean `failed`?"));
}

// The rows are those of cb-preprocessor.md, 9.

TEST_F(CorrectOrganisationTest, Row7TheIdIsTrimmedForTheLookupOnly) {
  EXPECT_EQ(After(R"({"mid":"m2","actor":{"id":" u1 "},"context":{"did":"d"},)"
                  R"("edata":{"cb_object":{"type":"Role"}}})"),
            R"({"mid":"m2","actor":{"id":" u1 "},"context":{"channel":"RO","did":"d"},)"
            R"("edata":{"cb_object":{"org":"ON","type":"Role"}}})");
  // Java's trim takes away all up to the blank, and no other white space.
  const std::string controls = R"("uid":"\t\nu1\u0001",)";
  EXPECT_EQ(After(Audit(controls)), Corrected(controls, "RO", "ON"));
  const std::string no_break = "\"uid\":\"\u00A0u1\",";
  EXPECT_EQ(After(Audit(no_break)), Audit(no_break));
  EXPECT_THAT(Asked(), ElementsAre("user:u1", "user:u1", "user:\u00A0u1"));
}

TEST_F(CorrectOrganisationTest, Row8ParentsAreNotMade) {
  const std::string text = R"({"mid":"m3","actor":{"id":"u1"},"edata":{}})";
  EXPECT_EQ(After(text), text);
  EXPECT_EQ(After(R"({"uid":"u1","context":{}})"), R"({"uid":"u1","context":{"channel":"RO"}})");
  EXPECT_EQ(After(R"({"uid":"u1","context":"x","edata":{"cb_object":{}}})"),
            R"({"uid":"u1","context":"x","edata":{"cb_object":{"org":"ON"}}})");
}

TEST_F(CorrectOrganisationTest, Row9TheUidComesBeforeTheActor) {
  const std::string both = R"("uid":"u1","actor":{"id":"zz"},)";
  EXPECT_EQ(After(Audit(both)), Corrected(both, "RO", "ON"));
  const std::string null = R"("actor":{"id":"u1"},)";
  EXPECT_EQ(After(Audit(R"("uid":null,)" + null)), Corrected(null, "RO", "ON"));
  const std::string blank = R"("uid":"","actor":{"id":"u1"},)";
  EXPECT_EQ(After(Audit(blank)), Audit(blank)) << "an empty uid wins as well";
}

TEST_F(CorrectOrganisationTest, Rows10And11NamesWithoutIdsAndIdsWithoutNames) {
  const std::string nameless = R"("actor":{"id":"u2"},)";
  EXPECT_EQ(After(Audit(nameless)), Corrected(nameless, "RO2", ""));
  for (const std::string user : {"u3", "empty"}) {
    const std::string text = Audit(R"("actor":{"id":")" + user + R"("},)");
    EXPECT_EQ(After(text), text);
  }
}

TEST_F(CorrectOrganisationTest, Row12WithoutAUserNothingIsAskedFor) {
  for (const std::string user :
       {"", R"("uid":"",)", R"("actor":{"id":"  "},)", R"("actor":{"id":"\u0000\t"},)",
        R"("actor":{},)", R"("actor":"u1",)"}) {
    const std::string text = Audit(user);
    EXPECT_EQ(After(text), text);
  }
  EXPECT_THAT(Asked(), IsEmpty());
  for (const std::string user : {"nobody", "text", "U1"}) {
    const std::string text = Audit(R"("uid":")" + user + R"(",)");
    EXPECT_EQ(After(text), text);
  }
  EXPECT_THAT(Asked(), ElementsAre("user:nobody", "user:text", "user:U1"));
}

TEST_F(CorrectOrganisationTest, Row13AUserThatIsNoStringFails) {
  for (const auto& [user, error] : {std::pair(R"("actor":{"id":5},)", "actor.id is not a string"),
                                    std::pair(R"("uid":[],)", "uid is not a string")}) {
    After(Audit(user));
    const Event& event = batch_.events()[0];
    EXPECT_EQ(event.side_output(), 0);
    EXPECT_STREQ(event.reason(), "user_no_string");
    EXPECT_EQ(event.doc().ReadString(Path("/metadata/validation_error")), error);
    EXPECT_EQ(event.doc().ReadString(Path("/metadata/src")), "CBPreprocessor");
    EXPECT_EQ(CountOf("cb-audit-route-failed-count"), 1U);
  }
}

TEST_F(CorrectOrganisationTest, Rows14And15WorkOrdersStayAsTheyAre) {
  const auto of_type = [](const std::string& type) {
    return R"({"uid":"u1","edata":{"cb_object":{"type":)" + type + R"(,"org":"o"}}})";
  };
  EXPECT_EQ(After(of_type(R"("WorkOrder")")), of_type(R"("WorkOrder")"));
  EXPECT_THAT(Asked(), IsEmpty());
  for (const std::string type : {"5", R"("workorder")", R"("WorkOrder ")", "[]"})
    EXPECT_THAT(After(of_type(type)), HasSubstr(R"("org":"ON")")) << type;
  const std::string ill_typed = R"({"uid":5,"edata":{"cb_object":{"type":"WorkOrder"}}})";
  EXPECT_EQ(After(ill_typed), ill_typed);
  EXPECT_TRUE(batch_.events()[0].active());
}

TEST_F(CorrectOrganisationTest, RepliesMeetTheEventsThatAskedForThem) {
  Add(Audit(R"("uid":"u1",)"));
  Add(Audit(R"("uid":5,)"));
  Add(Audit(""));
  Add(Audit(R"("uid":"u2",)")).Divert(1, "duplicate_key");
  Add(Audit(R"("uid":"nobody",)"));
  Add(Audit(R"("uid":"u2",)"));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(TextOf(batch_.events()[0]), Corrected(R"("uid":"u1",)", "RO", "ON"));
  EXPECT_EQ(TextOf(batch_.events()[2]), Audit(""));
  EXPECT_EQ(TextOf(batch_.events()[3]), Audit(R"("uid":"u2",)"));
  EXPECT_EQ(TextOf(batch_.events()[4]), Audit(R"("uid":"nobody",)"));
  EXPECT_EQ(TextOf(batch_.events()[5]), Corrected(R"("uid":"u2",)", "RO2", ""));
}

TEST_F(CorrectOrganisationTest, AStoreThatIsAwayFailsTheBatchAndMayBeAskedAgain) {
  resources_.last_lookups["user"]->failures = 1;
  Add(Audit(R"("uid":"u1",)"));
  const Status status = stage_->Start(batch_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  stage_->Cancel();
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(TextOf(batch_.events()[0]), Corrected(R"("uid":"u1",)", "RO", "ON"));
}

TEST_F(CorrectOrganisationTest, BytesThatAreNoUtf8DoNotGetIntoAnEvent) {
  Know("odd", {{"rootorgid", "a\xFF"}, {"orgname", "\xE9"}});
  EXPECT_EQ(After(Audit(R"("uid":"odd",)")), Corrected(R"("uid":"odd",)", "a\uFFFD", "\uFFFD"));
}

TEST_F(CorrectOrganisationTest, WhatIsNotReadableIsLeftToThoseThatDivertItAsItCame) {
  const auto stage = Build(kCorrectOrganisationEntry);
  const Event& event = Add("no JSON");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_TRUE(event.active());
}

}  // namespace
}  // namespace sluice
