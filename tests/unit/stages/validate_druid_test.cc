#include <gmock/gmock.h>

#include "schema/validation_error_text.h"
#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

constexpr const char* kValidateDruidEntry = "validate_druid: { schemas: schemas/druid }";
constexpr const char* kOk = "ok";
const std::string kDefault(kNoFieldText);
const std::string kEid = "\"/allOf/1/properties/eid\"";
const std::string kEdata = "\"/allOf/1/properties/edata\"";

struct Row {
  std::string event;
  std::string expected;
};

std::string Quoted(const std::string& pointer) { return '"' + pointer + '"'; }
std::string InEdata(const std::string& name) {
  return Quoted("/allOf/1/properties/edata/properties/" + name);
}
/// An event with a mid and this.
std::string T(const std::string& members) { return R"({"mid":"m",)" + members + "}"; }

/// The bases S and W of the table, with members in place of theirs.
std::string Search(const std::string& members = R"("mid":"m")") {
  return R"({"eid":"SEARCH","ets":1,"ver":"3.0","mid":"m","actor":{},"context":{},)"
         R"("edata":{"query":"","size":1,"topn":[]},)" +
         members + "}";
}
std::string SearchEdata(const std::string& members) {
  return Search(R"("edata":{"query":"","size":1,"topn":[],)" + members + "}");
}
std::string Summary(const std::string& members = R"("mid":"m")") {
  return R"({"eid":"ME_WORKFLOW_SUMMARY","ets":1,"ver":"1","syncts":1,"mid":"m","context":{},)"
         R"("edata":{},)" +
         members + "}";
}
std::string SummaryContext(const std::string& members) {
  return Summary(R"("context":)" + members);
}

class ValidateDruidTest : public StageTest {
 protected:
  Event& After(const std::string& text) {
    if (stage_ == nullptr) stage_ = Build(kValidateDruidEntry);
    Forget();
    Event& event = Add(text);
    EXPECT_TRUE(Run(*stage_).ok());
    return event;
  }
  static std::string ErrorText(const Event& event) {
    return std::string(event.doc().ReadString(Path("/metadata/dv_error")).value_or("-"));
  }
  /// "ok" or the text of the error; what else is written must be as the table of section 6 says.
  std::string Verdict(const std::string& text) {
    const Event& event = After(text);
    const bool valid = event.active();
    const Value processed = event.doc().Find(Path("/flags/dv_processed"));
    EXPECT_TRUE(processed.exists());
    EXPECT_EQ(processed.IsTrue(), valid) << text;
    EXPECT_EQ(event.doc().Read(Path("/flags/dv_validation_failed")).IsTrue(), !valid) << text;
    EXPECT_EQ(CountOf("validation-success-message-count"), valid ? 1U : 0U);
    EXPECT_EQ(CountOf("validation-failed-message-count"), valid ? 0U : 1U);
    if (valid) {
      EXPECT_FALSE(event.doc().Find(Path("/metadata")).exists()) << text;
      return kOk;
    }
    EXPECT_EQ(event.side_output(), 0);
    EXPECT_EQ(event.doc().ReadString(Path("/metadata/src")), "DruidValidator") << text;
    return ErrorText(event);
  }
  void Check(const std::vector<Row>& rows) {
    for (const Row& row : rows) EXPECT_EQ(Verdict(row.event), row.expected) << row.event;
  }

  std::unique_ptr<Stage> stage_;
};

TEST_F(ValidateDruidTest, TheSchemasMustBeGivenAndThere) {
  EXPECT_EQ(Problem(kValidateDruidEntry), "");
  EXPECT_THAT(Problem("validate_druid"), HasSubstr("`schemas` is missing"));
  EXPECT_THAT(Problem("validate_druid: { schemas: x, eid_only: maybe }"),
              HasSubstr("must be true or false"));
  const auto nowhere = TryBuild("validate_druid: { schemas: schemas/nowhere }");
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().kind, ErrorKind::kInvalidConfig);
  const auto other = TryBuild("validate_druid: { schemas: schemas/telemetry/3.0 }");
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message, HasSubstr("no me_workflow_summary.json under schemas/tele"));
}

// The rows are those of druid-events-validator.md, 16.

TEST_F(ValidateDruidTest, Rows1To9TheEnvelope) {
  Check({{R"({"mid":"a"})", kOk},
         {R"({"mid":"a","eid":"INTERACT"})", kOk},
         {"{}", kOk},
         {T(R"("eid":"")"), kEid},
         {T(R"("eid":null)"), kEid},
         {T(R"("ver":3)"), Quoted("/ver")},
         {T(R"("contentdata":{"framework":["NCF"]})"), Quoted("/contentdata/framework")},
         {T(R"("contentdata":"str")"), Quoted("/contentdata")},
         {T(R"("contentdata":null)"), Quoted("/contentdata")},
         {T(R"("contentdata":{"name":null})"), Quoted("/contentdata/name")},
         {T(R"("contentdata":{"name":1,"framework":2})"), Quoted("/contentdata/framework")},
         {T(R"("contentdata":{"framework":2},"collectiondata":{"language":"x"})"),
          Quoted("/collectiondata/language")},
         {T(R"("eid":"","contentdata":{"framework":2})"), Quoted("/contentdata/framework")}});
  EXPECT_THAT(TextOf(After(T(R"("contentdata":{"name":null})"))), HasSubstr(R"("contentdata":{})"));
}

TEST_F(ValidateDruidTest, Rows10To13Devices) {
  Check({{T(R"("devicedata":{"firstaccess":"1"})"), Quoted("/devicedata/firstaccess")},
         {T(R"("devicedata":{"firstaccess":1.5})"), kOk},
         {T(R"("devicedata":{"userdeclared":[]})"), Quoted("/devicedata/userdeclared")},
         {T(R"("devicedata":{"userdeclared":{"state":1}})"),
          Quoted("/devicedata/userdeclared/state")},
         {T(R"("devicedata":{"uaspec":"x"})"), Quoted("/devicedata/uaspec")},
         {T(R"("devicedata":{"uaspec":{"agent":1}})"), Quoted("/devicedata/uaspec/agent")},
         {T(R"("devicedata":{"uaspec":null})"), Quoted("/devicedata/uaspec")},
         {T(R"("devicedata":{"devicespec":5})"), kOk},
         {T(R"("devicedata":[])"), Quoted("/devicedata")}});
}

TEST_F(ValidateDruidTest, Rows14And15DialCodes) {
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += "{},";
  Check({{T(R"("dialcodedata":[])"), kOk},
         {T(R"("dialcodedata":{"status":2.0})"), kOk},
         {T(R"("dialcodedata":[1])"), Quoted("/dialcodedata/0")},
         {T(R"("dialcodedata":[{"channel":1}])"), Quoted("/dialcodedata/0/channel")},
         {T(R"("dialcodedata":{"channel":1})"), Quoted("/dialcodedata/channel")},
         {T(R"("dialcodedata":"a")"), Quoted("/dialcodedata")},
         {T(R"("dialcodedata":[)" + ten + R"({"channel":1},{"batchcode":2}])"),
          Quoted("/dialcodedata/10/channel")}});
}

TEST_F(ValidateDruidTest, Rows16To19UsersPlacesAndWhatIsFree) {
  Check({{T(R"("userdata":{"subjectlist":"x"})"), Quoted("/userdata/subjectlist")},
         {T(R"("userdata":{"usertype":["a"]})"), Quoted("/userdata/usertype")},
         {T(R"("userdata":{"subject":"x"})"), kOk},
         {T(R"("derivedlocationdata":{"state":null})"), Quoted("/derivedlocationdata/state")},
         {T(R"("derivedlocationdata":{"district":7})"), Quoted("/derivedlocationdata/district")},
         {T(R"("userdata":1,"ver":1,"dialcodedata":1,"devicedata":{"city":1})"),
          Quoted("/devicedata/city")},
         {T(R"("l2data":5,"edata":9)"), kOk}});
}

TEST_F(ValidateDruidTest, Rows20To29Search) {
  Check({{Search(), kOk},
         {Search(R"("actor":null,"context":5)"), kOk},
         {Search(R"("ets":null,"actor":null,"context":null)"), kOk},
         {R"({"eid":"SEARCH","ver":"3.0","mid":"m","actor":{},"context":{},)"
          R"("edata":{"query":"","size":1,"topn":[]}})",
          kDefault},
         {R"({"eid":"SEARCH","mid":"m"})", kDefault},
         {R"({"eid":"SEARCH","ver":3,"mid":"m","actor":{},"context":{},)"
          R"("edata":{"query":"","size":1,"topn":[]}})",
          Quoted("/ver")},
         {Search(R"("ver":null)"), Quoted("/ver")},
         {Search(R"("edata":{})"), kEdata},
         {Search(R"("edata":[])"), kEdata},
         {Search(R"("edata":null)"), kEdata},
         {SearchEdata(R"("more":1)"), kEdata},
         {SearchEdata(R"("topn":[1])"), InEdata("topn/items")},
         {SearchEdata(R"("query":1,"size":"1")"), InEdata("query")},
         {SearchEdata(R"("sort":[],"filters":1,"correlationid":1)"), InEdata("correlationid")},
         {Search(R"("eid":"search")"), kEid},
         {Search(R"("eid":"search","edata":{})"), kEdata},
         {Search(R"("ver":3,"edata":{"query":"","size":1})"), Quoted("/ver")}});
}

TEST_F(ValidateDruidTest, Rows30To34Summaries) {
  const std::string without_syncts =
      R"({"eid":"ME_WORKFLOW_SUMMARY","ets":1,"ver":"1","mid":"m","edata":{},"context":)";
  Check({{Summary(), kOk},
         {without_syncts + "{}}", kDefault},
         {R"({"eid":"ME_WORKFLOW_SUMMARY"})", kDefault},
         {without_syncts + R"({"pdata":{}}})", Quoted("/context/pdata")},
         {Summary(R"("eid":"me_workflow_summary")"), kEid},
         {Summary(R"("ets":"1")"), Quoted("/ets")},
         {Summary(R"("mid":"")"), Quoted("/mid")}});
}

TEST_F(ValidateDruidTest, Rows35To41PartsOfASummary) {
  Check({{SummaryContext("[]"), Quoted("/context")},
         {SummaryContext(R"({"pdata":null})"), Quoted("/context/pdata")},
         {SummaryContext(R"({"pdata":{"id":5,"ver":1}})"), Quoted("/context/pdata/id")},
         {SummaryContext(R"({"did":5,"granularity":1})"), Quoted("/context/did")},
         {SummaryContext(R"({"rollup":{"l1":null}})"), Quoted("/context/rollup/l1")},
         {SummaryContext(R"({"rollup":{"l5":1}})"), kOk},
         {SummaryContext(R"({"date_range":{"from":"x"}})"), Quoted("/context/date_range/from")},
         {SummaryContext(R"({"cdata":[{"id":""}]})"), Quoted("/context/cdata/0")},
         {SummaryContext(R"({"cdata":[{"id":"","type":"","x":1}]})"), Quoted("/context/cdata/0")},
         {Summary(R"("edata":5)"), kEdata},
         {Summary(R"("tags":[1])"), Quoted("/tags/0")},
         {Summary(R"("tags":null)"), Quoted("/tags")},
         {Summary(R"("dimensions":{"pdata":{}})"), Quoted("/dimensions/pdata")},
         {Summary(R"("dimensions":{"pdata":{"id":1}})"), Quoted("/dimensions/pdata/id")},
         {Summary(R"("object":{"id":5})"), Quoted("/object/id")},
         {Summary(R"("object":{"rollup":{"l2":null}})"), Quoted("/object/rollup/l2")},
         {Summary(R"("dialcodedata":5,"userdata":{"usersignintype":5},"uid":5,"syncts":null)"),
          kOk}});
}

TEST_F(ValidateDruidTest, Row49FlagsAndMetadataOfOthersStay) {
  const Event& event = After(T(R"("ver":1,"flags":{"a":true},"metadata":{"src":"X","k":1})"));
  EXPECT_EQ(TextOf(event),
            R"({"mid":"m","ver":1,"flags":{"dv_validation_failed":true,"dv_processed":false,)"
            R"("a":true},"metadata":{"dv_error":"\"/ver\"","src":"DruidValidator","k":1}})");
  EXPECT_STREQ(event.reason(), "schema_violation");
  EXPECT_EQ(event.note().detail, "/ver type");
}

TEST_F(ValidateDruidTest, FlagsAndMetadataOfAnotherTypeAreReplaced) {
  for (const std::string other : {R"("x")", "[]", "5", "null", "true"}) {
    EXPECT_EQ(TextOf(After(R"({"flags":)" + other + "}")), R"({"flags":{"dv_processed":true}})");
    std::string members = R"("ver":1,"flags":)";
    members.append(other).append(R"(,"metadata":)").append(other);
    const Event& event = After(T(members));
    EXPECT_TRUE(event.doc().Read(Path("/flags/dv_validation_failed")).IsTrue()) << other;
    EXPECT_EQ(ErrorText(event), Quoted("/ver")) << other;
    EXPECT_EQ(event.doc().ReadString(Path("/metadata/src")), "DruidValidator") << other;
  }
}

TEST_F(ValidateDruidTest, Row52AnEidThatIsNoStringFails) {
  for (const std::string eid : {"5", "[]", R"({"a":1})", "true"}) {
    EXPECT_EQ(Verdict(T(R"("eid":)" + eid)), kEid);
    EXPECT_EQ(Verdict(T(R"("ver":1,"eid":)" + eid)), kEid) << "no schema is looked at";
    EXPECT_STREQ(After(T(R"("eid":)" + eid)).reason(), "eid_no_string");
  }
}

TEST_F(ValidateDruidTest, TheSchemaIsChosenAsJavaComparesIgnoringCase) {
  // U+017F is an S to String.equalsIgnoreCase, and no SEARCH to the enumeration.
  EXPECT_EQ(Verdict(Search("\"eid\":\"\u017Fearch\"")), kEid);
  EXPECT_EQ(Verdict(T("\"eid\":\"\u017Fearch\"")), kEid) << "the eid comes before what is required";
  EXPECT_EQ(Verdict(T(R"("eid":"SEARCH ","edata":5)")), kOk);
  EXPECT_EQ(Verdict(T(R"("eid":"Me_Workflow_Summary")")), kEid);
}

TEST_F(ValidateDruidTest, WithEidOnlyNothingElseIsCheckedOrWritten) {
  stage_ = Build("validate_druid: { schemas: schemas/druid, eid_only: true }");
  for (const std::string& text : {T(R"("ver":1)"), T(R"("eid":null,"flags":"x")"),
                                  T(R"("eid":"search")"), std::string(R"({"a":[null]})")}) {
    const Event& event = After(text);
    EXPECT_TRUE(event.active()) << text;
    EXPECT_EQ(event.doc().version(), 0U) << text;
    EXPECT_EQ(CountOf("validation-success-message-count"), 0U);
  }
  EXPECT_EQ(Verdict(T(R"("eid":5)")), kEid);
}

TEST_F(ValidateDruidTest, WhatHasLeftThePipelineIsNotTouched) {
  stage_ = Build(kValidateDruidEntry);
  Event& event = Add(T(R"("ver":1)"));
  event.Divert(1, "duplicate_key");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(TextOf(event), T(R"("ver":1)"));
  EXPECT_STREQ(event.reason(), "duplicate_key");
}

TEST_F(ValidateDruidTest, WhatIsNotReadableIsLeftToThoseThatDivertItAsItCame) {
  const auto stage = Build(kValidateDruidEntry);
  const Event& event = Add("no JSON");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_TRUE(event.active());
}

}  // namespace
}  // namespace sluice
