#include "assessment_fixture.h"

namespace sluice {
namespace {

using State = Event::State;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kNow = FakeResources::kNow;

const char* const kNotFound = "Failed to fetch the content meta for the content ID: ";

class AssessmentStagesTest : public AssessmentTest {};

TEST_F(AssessmentStagesTest, NamesOfTablesMustBePlain) {
  EXPECT_EQ(Problem("store_assessment: { rows: lms, keyspace: k_1, table: T2 }"), "");
  EXPECT_THAT(Problem("store_assessment: { rows: lms, keyspace: 'k; DROP' }"),
              HasSubstr("keyspace must be a name"));
  EXPECT_THAT(Problem("store_assessment: { rows: lms, table: '1t' }"),
              HasSubstr("table must be a name"));
  EXPECT_THAT(Problem("aggregate_scores: { rows: lms, activity_table: a.b }"),
              HasSubstr("activity_table must be a name"));
  EXPECT_THAT(Problem("store_assessment: { rows: lms, marks: 1s }"), HasSubstr("marks"));
}

// The rows are those of assessment-aggregator.md, 11.

TEST_F(AssessmentStagesTest, Row1TheBestAttemptOfEachQuestionIsScoredAndStored) {
  Send(Ev{.events = List({{.ets = kT1, .score = "0.33"},
                          {.ets = kT2, .score = "1.005"},
                          {.id = "\"q2\"", .score = "1.335", .max = "2.5"}})});
  EXPECT_EQ(Counters(), Stored());
  const std::string question =
      R"([{"assess_ts":1568891738245,"description":"","duration":"2.0","id":"q1","max_score":1,)"
      R"("params":[],"resvalues":[],"score":1.005,"title":"T'x","type":"mcq"},)"
      R"({"assess_ts":1568891735461,"description":"","duration":"2.0","id":"q2","max_score":2.5,)"
      R"("params":[],"resvalues":[],"score":1.335,"title":"T'x","type":"mcq"}])";
  const std::string now = std::to_string(kNow);
  EXPECT_EQ(Attempt(), (Texts{{"user_id", "\"U\""},
                              {"course_id", "\"C\""},
                              {"batch_id", "\"B\""},
                              {"content_id", "\"cont\""},
                              {"attempt_id", "\"A\""},
                              {"created_on", now},
                              {"updated_on", now},
                              {"last_attempted_on", "1568891729576"},
                              {"total_score", "2.34"},
                              {"total_max_score", "3.5"},
                              {"grand_total", "\"2.34/3.5\""},
                              {"question", question}}));
  EXPECT_EQ(batch_.events()[0].state(), State::kEmitted);
}

TEST_F(AssessmentStagesTest, Row2And3AnAttemptThatIsNoNewerIsSkipped) {
  for (const std::int64_t stored : {kTs, kTs + 1}) {
    PutAttempt(stored, 1500000000000);
    const std::string before = cassandra_.Dump();
    Send(Ev{});
    EXPECT_EQ(
        Counters(),
        (Texts{{"cache-hit-count", "1"}, {"db-read-count", "1"}, {"skipped-event-count", "1"}}));
    EXPECT_EQ(cassandra_.Dump(), before);
    EXPECT_EQ(batch_.events()[0].state(), State::kDropped);
    EXPECT_STREQ(batch_.events()[0].reason(), "older_attempt");
    EXPECT_THAT(emitted_, IsEmpty());
  }
}

TEST_F(AssessmentStagesTest, Row4ANewerAttemptKeepsItsFirstDay) {
  PutAttempt(kTs - 1, 1500000000000);
  Send(Ev{});
  EXPECT_EQ(Counters(), Stored({{"db-read-count", "1"}}));
  EXPECT_EQ(Attempt()["created_on"], "1500000000000");
  EXPECT_EQ(Attempt()["updated_on"], std::to_string(kNow));
  EXPECT_EQ(Attempt()["last_attempted_on"], std::to_string(kTs));
  EXPECT_EQ(Attempt()["grand_total"], "\"1.0/1.0\"");
}

TEST_F(AssessmentStagesTest, Row5AnotherContentThanTheLeafNodesFailsUnchanged) {
  const std::string text = Ev{.content = "\"other\""}.Text();
  SendAll({text});
  EXPECT_EQ(Diverted(), "not_a_leaf_node");
  EXPECT_EQ(TextOf(batch_.events()[0]), text);
  EXPECT_EQ(Counters(), (Texts{{"cache-hit-count", "1"}, {"failed-event-count", "1"}}));
  EXPECT_THAT(Attempts(), IsEmpty());
}

TEST_F(AssessmentStagesTest, Row6ACourseWithoutLeafNodesTakesAnyContent) {
  Send(Ev{.content = "\"other\"", .course = "\"C2\""});
  Texts expected = Stored({{"cache-hit-miss-count", "1"}});
  expected.erase("cache-hit-count");
  EXPECT_EQ(Counters(), expected);
}

TEST_F(AssessmentStagesTest, Row7WithoutEventsTheScoresAreWorkedOutAgain) {
  PutAttempt(kTs, 1500000000000);
  const auto attempts = Attempts();
  for (const std::string events : {"", "null", "[]"}) {
    Send(Ev{.events = events, .attempt = ""});
    EXPECT_EQ(Counters(), (Texts{{"cache-hit-count", "1"},
                                 {"recompute-agg-event-count", "1"},
                                 {"db-score-read-count", "1"},
                                 {"db-score-update-count", "1"},
                                 {"cert-issue-events-count", "1"}}));
    EXPECT_THAT(emitted_, SizeIs(1));
    EXPECT_EQ(Attempts(), attempts);
    EXPECT_THAT(Activities(), SizeIs(1));
  }
  // A recompute event is not held to the number of its questions either.
  BuildAll(true);
  Send(Ev{.events = "[]"});
  EXPECT_EQ(CountOf("cert-issue-events-count"), 1U);
  EXPECT_EQ(CountOf("cache-hit-count"), 1U);
}

TEST_F(AssessmentStagesTest, Row8EventsMustBeAnArray) {
  for (const std::string events : {"{}", "\"x\"", "5", "true"}) {
    ExpectFailed(Ev{.events = events}.Text(), "malformed_events", "events is no array");
  }
}

TEST_F(AssessmentStagesTest, Row9WithoutAMemberThatIsNeededItFails) {
  ExpectFailed("{}", "missing_member", "None.get");
  EXPECT_EQ(
      TextOf(batch_.events()[0]),
      R"({"metadata":{"src":"AssessmentAggregator","validation_error":"None.get"},"flags":{}})");
  ExpectFailed(Ev{.course = ""}.Text(), "missing_member", "None.get");
  ExpectFailed(Ev{.course = "null"}.Text(), "missing_member", "None.get");
  ExpectFailed(Ev{.content = ""}.Text(), "missing_member", "None.get");
  ExpectFailed(Ev{.attempt = ""}.Text(), "missing_member", "None.get");
  ExpectFailed(Ev{.user = ""}.Text(), "missing_member", "None.get");
  ExpectFailed(Ev{.batch = ""}.Text(), "missing_member", "None.get");
  // Of an event without answers too, that needs no attempt.
  ExpectFailed(Ev{.events = "", .user = ""}.Text(), "missing_member", "None.get");
  ExpectFailed(Ev{.events = "", .batch = ""}.Text(), "missing_member", "None.get");
}

TEST_F(AssessmentStagesTest, Row9FlagsAndMetadataThatAreThereStay) {
  SendAll({R"({"flags":{"a":1},"metadata":{"b":2}})"});
  EXPECT_EQ(TextOf(batch_.events()[0]),
            R"({"flags":{"a":1},"metadata":{"src":"AssessmentAggregator",)"
            R"("validation_error":"None.get","b":2}})");
  SendAll({R"({"flags":"f","metadata":"m"})"});
  EXPECT_EQ(TextOf(batch_.events()[0]), R"({"flags":"f","metadata":"m"})");
  EXPECT_EQ(Diverted(), "missing_member");
}

TEST_F(AssessmentStagesTest, Row10IdsMustBeStrings) {
  ExpectFailed(Ev{.course = "5"}.Text(), "member_no_string", "courseId is no string");
  ExpectFailed(Ev{.content = "{}"}.Text(), "member_no_string", "contentId is no string");
  ExpectFailed(Ev{.user = "[]"}.Text(), "member_no_string", "userId is no string");
  ExpectFailed(Ev{.batch = "true"}.Text(), "member_no_string", "batchId is no string");
  ExpectFailed(Ev{.attempt = "1.5"}.Text(), "member_no_string", "attemptId is no string");
}

TEST_F(AssessmentStagesTest, Row11WhatIsNoEventFailsAsItCame) {
  for (const std::string text : {"zz", "", "[1]", "null", "{\"a\":"}) {
    SendAll({text});
    EXPECT_EQ(batch_.events()[0].state(), State::kDiverted) << text;
    EXPECT_EQ(batch_.events()[0].verbatim(), text);
    EXPECT_EQ(Counters(), (Texts{{"failed-event-count", "1"}})) << text;
  }
}

TEST_F(AssessmentStagesTest, Row12TheTimeOfTheAssessmentIsMissedOnceTheRowIsRead) {
  ExpectFailed(Ev{.ts = ""}.Text(), "missing_member", "None.get");
  EXPECT_EQ(CountOf("db-read-count"), 0U);
  PutAttempt(1, 1);
  ExpectFailed(Ev{.ts = ""}.Text(), "missing_member", "None.get");
  EXPECT_EQ(CountOf("db-read-count"), 1U);
  ExpectFailed(Ev{.ts = "\"1568891729577\""}.Text(), "malformed_time", "assessmentTs is no number");
}

TEST_F(AssessmentStagesTest, Row13AnyNumberIsATime) {
  Send(Ev{.events = List({{.ets = "1.5E12"}}), .ts = "5"});
  EXPECT_EQ(Attempt()["last_attempted_on"], "5");
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("assess_ts":1500000000000,)"));
  Send(Ev{.events = List({{.ets = "5.9"}}), .ts = "1.568891729577E12"});
  EXPECT_EQ(Attempt()["last_attempted_on"], "1568891729577");
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("assess_ts":5,)"));
}

TEST_F(AssessmentStagesTest, Row14AnElementWithoutTimeIsOf1970) {
  Send(Ev{.events = List({{.ets = "null"}})});
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("assess_ts":0,)"));
}

TEST_F(AssessmentStagesTest, Row13And15MalformedElementsFail) {
  const auto expect = [&](const std::string& element, const std::string& message) {
    ExpectFailed(Ev{.events = "[" + Q{.id = "\"good\""}.Text() + "," + element + "]"}.Text(),
                 "malformed_events", message);
  };
  expect(Q{.ets = "\"1568891735461\""}.Text(), "ets is no number");
  expect(R"({"edata":{"item":{}}})", "None.get");
  expect(R"({"ets":1568891735461})", "edata is missing");
  expect(R"({"ets":1568891735461,"edata":null})", "edata is no object");
  expect(R"({"ets":1568891735461,"edata":[]})", "edata is no object");
  expect(R"({"ets":1568891735461,"edata":{}})", "edata.item is missing");
  expect(R"({"ets":1568891735461,"edata":{"item":"q1"}})", "edata.item is no object");
  expect("null", "an element of events is no object");
  expect("5", "an element of events is no object");
}

TEST_F(AssessmentStagesTest, Row16ListsThatAreMissingAreEmpty) {
  Send(Ev{.events = List({{.edata = "", .item = ""}})});
  EXPECT_EQ(Attempt()["question"],
            R"([{"assess_ts":1568891735461,"description":null,"duration":"0.0","id":"q1",)"
            R"("max_score":1,"params":[],"resvalues":[],"score":1,"title":null,"type":null}])");
  Send(Ev{.events = List({{.edata = R"(,"resvalues":null)", .item = R"(,"params":null)"}}),
          .attempt = "\"A2\""});
  EXPECT_EQ(CountOf("db-update-count"), 1U);
}

TEST_F(AssessmentStagesTest, Row17ScoresMayBeTextsOfNumbers) {
  Send(Ev{.events = List({{.score = "null"}, {.id = "\"q2\"", .score = "\" 2 \""}})});
  EXPECT_EQ(Attempt()["total_score"], "2");
  ExpectFailed(Ev{.events = List({{.score = "\"abc\""}})}.Text(), "malformed_events",
               "For input string: \"abc\"");
  ExpectFailed(Ev{.events = List({{.max = "\"\""}})}.Text(), "malformed_events", "empty String");
  ExpectFailed(Ev{.events = List({{.score = "true"}})}.Text(), "malformed_events",
               "score is no number");
  ExpectFailed(Ev{.events = List({{.max = "[1]"}})}.Text(), "malformed_events",
               "maxscore is no number");
}

TEST_F(AssessmentStagesTest, Row18QuestionsWithoutIdAreOne) {
  Send(
      Ev{.events = List({{.id = "null", .ets = kT1}, {.id = "null", .ets = kT2, .score = "0.5"}})});
  EXPECT_EQ(Attempt()["grand_total"], "\"0.5/1.0\"");
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("id":null,)"));
}

TEST_F(AssessmentStagesTest, Row19OfTheSameTimeTheFirstCounts) {
  Send(Ev{.events = List({{.score = "0.1"}, {.score = "0.2"}})});
  EXPECT_EQ(Attempt()["total_score"], "0.1");
}

TEST_F(AssessmentStagesTest, Row20And23ValuesOfMapsBecomeTexts) {
  const std::string chosen =
      R"(,"resvalues":[{"1":"{\"text\":\"a\"}"},{"n":5,"b":true,"o":{"x":[1],"z":null},)"
      R"("d":1.5,"l":[1,"a",null],"s":"plain","z":null}])";
  Send(Ev{.events = List({{.edata = chosen, .item = R"(,"params":[{"a":{"t":"<b>'&="}}])"}})});
  EXPECT_THAT(Attempt()["question"],
              HasSubstr(R"("resvalues":[{"1":"{\"text\":\"a\"}"},{"b":"true","d":"1.5",)"
                        R"("l":"[1.0,\"a\",null]","n":"5.0","o":"{\"x\":[1.0]}","s":"plain"}])"));
  EXPECT_THAT(Attempt()["question"],
              HasSubstr(R"("params":[{"a":"{\"t\":\"\\u003cb\\u003e\\u0027\\u0026\\u003d\"}"}])"));
}

TEST_F(AssessmentStagesTest, Row21And22ListsHoldObjects) {
  Send(Ev{.events = List({{.edata = R"(,"resvalues":[null,{"a":"b"},null])"}})});
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("resvalues":[{"a":"b"}])"));
  for (const std::string list : {"\"x\"", "{}", "1"}) {
    ExpectFailed(Ev{.events = List({{.edata = ",\"resvalues\":" + list}})}.Text(),
                 "malformed_events", "resvalues is no array");
  }
  for (const std::string list : {"[\"x\"]", "[{},1]", "[[]]"}) {
    ExpectFailed(Ev{.events = List({{.item = ",\"params\":" + list}})}.Text(), "malformed_events",
                 "an element of params is no object");
  }
}

TEST_F(AssessmentStagesTest, Row24DurationsAreDecimals) {
  const auto duration = [](const std::string& id, const std::string& json) {
    return Q{.id = '"' + id + '"', .edata = ",\"duration\":" + json};
  };
  Send(Ev{.events = List({duration("q1", "1e10"), duration("q2", "0.1"), duration("q3", "\"1.5\""),
                          duration("q4", "2")})});
  for (const std::string text : {"1.0E10", "0.1", "1.5", "2.0"}) {
    EXPECT_THAT(Attempt()["question"], HasSubstr("\"duration\":\"" + text + "\""));
  }
  ExpectFailed(Ev{.events = List({duration("q1", "\"NaN\"")}), .ts = "1"}.Text(),
               "malformed_events", "duration is no decimal number");
}

TEST_F(AssessmentStagesTest, Row25And26TextsStandAsTheyAre) {
  Send(Ev{.events = List({{.item = R"(,"title":"O'Neil नमस्ते","desc":5,"type":true)"}})});
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("title":"O'Neil नमस्ते")"));
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("description":"5")"));
  EXPECT_THAT(Attempt()["question"], HasSubstr(R"("type":"true")"));
  ExpectFailed(Ev{.events = List({{.item = R"(,"title":["x"])"}})}.Text(), "malformed_events",
               "title is no string");
}

TEST_F(AssessmentStagesTest, Row27TheRequestForACertificateIsJson) {
  Send(Ev{.events = "", .user = R"("U\\1")", .batch = R"("B\"x")"});
  ASSERT_THAT(emitted_, SizeIs(1));
  EXPECT_EQ(emitted_[0].topic, "certificates");
  const std::string& text = emitted_[0].value;
  const std::size_t mid = text.find("LP.1600000000000.");
  ASSERT_NE(mid, std::string::npos) << text;
  const std::string uuid = text.substr(mid + 17, 36);
  EXPECT_THAT(uuid, ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-.*"));
  EXPECT_EQ(text,
            R"({"eid": "BE_JOB_REQUEST","ets": 1600000000000,"mid": "LP.1600000000000.)" + uuid +
                R"(","actor": {"id": "Course Certificate Generator","type": "System"},)"
                R"("context": {"pdata": {"ver": "1.0","id": "org.sunbird.platform"}},)"
                R"("object": {"id": "B\"x_C","type": "CourseCertificateGeneration"},)"
                R"("edata": {"userIds": ["U\\1"],"action": "issue-certificate","iteration": 1, )"
                R"("trigger": "auto-issue","batchId": "B\"x","reIssue": false,"courseId": "C"}})");
  // The key of a record is looked for in its document, and a request has none.
  EXPECT_EQ(TextOf(batch_.events()[1]), "{}");
  EXPECT_EQ(batch_.events()[1].position().ToString(), "in/0/0/0");
  EXPECT_EQ(batch_.events()[1].state(), State::kEmitted);
}

TEST_F(AssessmentStagesTest, Row27EachRequestHasAnIdOfItsOwn) {
  const std::string text = Ev{.events = ""}.Text();
  SendAll({text, text});
  ASSERT_THAT(emitted_, SizeIs(2));
  EXPECT_NE(emitted_[0].value, emitted_[1].value);
}

/// With the check of how many questions there are.
class QuestionCountTest : public AssessmentTest {
 protected:
  void SetUp() override {
    AssessmentTest::SetUp();
    BuildAll(true);
  }
  void Cache(const std::string& text) { resources_.lookups["content"]["cont"] = {text, {}}; }
  void Api(const std::string& body) { resources_.lookups["content_api"]["cont"] = {body, {}}; }
  void ApiTotal(const std::string& json) {
    Api(R"({"responseCode":"ok","result":{"content":{"totalQuestions":)" + json + "}}}");
  }
  static Ev Distinct(int count) {
    std::vector<Q> questions;
    for (int i = 0; i < count; ++i) questions.push_back({.id = "\"q" + std::to_string(i) + '"'});
    return {.events = List(questions)};
  }
  std::vector<std::string>& Asked() { return resources_.last_lookups["content_api"]->asked; }
  /// How often the cache had nothing, the API was right and the API was wrong.
  std::string Outcome() {
    std::string outcome;
    for (const char* counter : {"cache-hit-count", "cache-hit-miss-count", "api-hit-success-count",
                                "api-hit-failed-count"}) {
      outcome += std::to_string(CountOf(counter)) + ' ';
    }
    return outcome + (Diverted().empty() ? "stored" : Diverted());
  }
};

TEST_F(QuestionCountTest, Row28MoreQuestionsThanTheContentHasAreIgnored) {
  Cache(R"({"totalQuestions":2})");
  const std::string text = Distinct(3).Text();
  SendAll({text});
  EXPECT_EQ(Diverted(), "too_many_questions");
  EXPECT_EQ(TextOf(batch_.events()[0]), text);
  EXPECT_EQ(Counters(), (Texts{{"cache-hit-count", "2"}, {"ignored-event-count", "1"}}));
  EXPECT_THAT(Attempts(), IsEmpty());
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(QuestionCountTest, Row29DistinctQuestionsCount) {
  Cache(R"({"totalQuestions":2})");
  Send(Ev{.events = List({{.id = "\"q1\""}, {.id = "\"q2\""}, {.id = "\"q2\"", .ets = kT2}})});
  EXPECT_EQ(Counters(), Stored({{"cache-hit-count", "2"}}));
}

TEST_F(QuestionCountTest, Row30TheApiIsAskedForWhatTheCacheDoesNotSay) {
  ApiTotal("3");
  int attempt = 0;
  for (const char* cached : {"", "{}", R"({"totalQuestions":0})", R"({"totalQuestions":0.9})",
                             R"({"totalQuestions":null})"}) {
    if (*cached != 0) Cache(cached);
    Ev event = Distinct(3);
    event.attempt = '"' + std::to_string(attempt++) + '"';
    Send(event);
    EXPECT_EQ(Counters(), Stored({{"cache-hit-count", "2"},
                                  {"cache-hit-miss-count", "1"},
                                  {"api-hit-success-count", "1"}}))
        << cached;
  }
  Send(Distinct(4));
  EXPECT_EQ(Outcome(), "2 1 1 0 too_many_questions");
}

TEST_F(QuestionCountTest, Row31ATotalOf0FromTheApiIsIgnored) {
  ApiTotal("0");
  Send(Distinct(1));
  EXPECT_EQ(Outcome(), "2 1 1 0 too_many_questions");
  EXPECT_EQ(CountOf("ignored-event-count"), 1U);
  EXPECT_EQ(CountOf("failed-event-count"), 0U);
}

TEST_F(QuestionCountTest, Row32And33AnUnknownTotalIsNoMatter) {
  int attempt = 0;
  for (const char* result :
       {R"(,"result":{"content":{}})", R"(,"result":{})", "", R"(,"result":null)",
        R"(,"result":{"content":null})", R"(,"result":{"content":{"totalQuestions":null}})"}) {
    Api(std::string(R"({"responseCode":"OK")") + result + "}");
    Ev event = Distinct(9);
    event.attempt = '"' + std::to_string(attempt++) + '"';
    Send(event);
    EXPECT_EQ(Outcome(), "2 1 1 0 stored") << result;
  }
}

TEST_F(QuestionCountTest, Row34WholeDoublesAndTextsAreTotals) {
  int attempt = 0;
  for (const char* total : {"3.0", "\"3\"", "\"3.0\"", "3"}) {
    ApiTotal(total);
    Ev event = Distinct(3);
    event.attempt = '"' + std::to_string(attempt++) + '"';
    Send(event);
    EXPECT_EQ(Outcome(), "2 1 1 0 stored") << total;
    Send(Distinct(4));
    EXPECT_EQ(Outcome(), "2 1 1 0 too_many_questions") << total;
  }
  for (const char* total : {"3.5", "\"x\"", "true", "[]"}) {
    ApiTotal(total);
    Send(Distinct(3));
    EXPECT_EQ(Outcome(), "2 1 1 0 malformed_content") << total;
    EXPECT_THAT(ValidationError(), Not(IsEmpty()));
  }
}

TEST_F(QuestionCountTest, Row35AContentThatTheApiDoesNotHaveFails) {
  Api(R"({"responseCode":"RESOURCE_NOT_FOUND","result":{}})");
  Send(Distinct(1));
  EXPECT_EQ(Outcome(), "2 1 0 1 content_not_found");
  EXPECT_EQ(ValidationError(), std::string(kNotFound) + "cont");
  EXPECT_EQ(CountOf("failed-event-count"), 1U);
}

TEST_F(QuestionCountTest, Row36WhatIsNoAnswerFails) {
  for (const char* body : {"{}", "<html>", "", "[]", R"({"responseCode":5})"}) {
    Api(body);
    Send(Distinct(1));
    EXPECT_EQ(Outcome(), "2 1 0 0 malformed_content") << body;
    EXPECT_EQ(ValidationError(), std::string(kNotFound) + "cont") << body;
  }
  resources_.lookups["content_api"]["cont"].unanswered = true;
  Send(Distinct(1));
  EXPECT_EQ(Outcome(), "2 1 0 0 content_unanswered");
  EXPECT_EQ(ValidationError(), std::string(kNotFound) + "cont");
  EXPECT_EQ(CountOf("failed-event-count"), 1U);
}

TEST_F(QuestionCountTest, Row37JunkInTheCacheIsNoTotal) {
  Cache(R"({"totalQuestions":"2"})");
  Send(Distinct(3));
  EXPECT_EQ(Outcome(), "2 0 0 0 too_many_questions");
  ApiTotal("1");
  for (const char* junk :
       {"zz", "[1]", R"({"totalQuestions":"many"})", R"({"totalQuestions":{}})"}) {
    Cache(junk);
    Send(Distinct(3));
    EXPECT_EQ(Outcome(), "2 1 1 0 too_many_questions") << junk;
  }
  resources_.lookups["content"]["cont"] = {std::nullopt, {{"totalQuestions", "3"}}};
  Send(Distinct(3));
  EXPECT_EQ(Outcome(), "2 1 1 0 too_many_questions");
}

TEST_F(QuestionCountTest, Row38WithoutTheCheckNobodyIsAsked) {
  Cache(R"({"totalQuestions":1})");
  BuildAll(false);
  Send(Distinct(5));
  EXPECT_EQ(Counters(), Stored());
}

TEST_F(QuestionCountTest, MalformedEventsFailBeforeAnybodyIsAsked) {
  Send(Ev{.events = "{}"});
  EXPECT_EQ(Outcome(), "1 0 0 0 malformed_events");
  EXPECT_THAT(resources_.last_lookups["content"]->asked, IsEmpty());
}

TEST_F(QuestionCountTest, EachAssessmentOfABatchIsCountedAndStandsForItself) {
  ApiTotal("2");
  Ev second = Distinct(3);
  second.attempt = "\"A2\"";
  Ev third = Distinct(2);
  third.attempt = "\"A3\"";
  SendAll({Distinct(1).Text(), second.Text(), third.Text()});
  EXPECT_EQ(CountOf("cache-hit-count"), 6U);
  EXPECT_EQ(CountOf("api-hit-success-count"), 3U);
  EXPECT_EQ(CountOf("ignored-event-count"), 1U);
  EXPECT_EQ(CountOf("db-update-count"), 2U);
}

// Row 39 is in activity_test.cc.

TEST_F(AssessmentStagesTest, Row39TheScoresOfAllAttemptsAreWritten) {
  Send(Ev{});
  const std::string now = std::to_string(kNow);
  const std::string names = R"({"attempts_count:cont":)" + now + R"(,"max_score:cont":)" + now +
                            R"(,"score:cont":)" + now + "}";
  EXPECT_THAT(Activities(),
              ElementsAre(Texts{
                  {"activity_type", "\"Course\""},
                  {"activity_id", "\"C\""},
                  {"user_id", "\"U\""},
                  {"context_id", "\"cb:B\""},
                  {"aggregates", R"({"attempts_count:cont":1,"max_score:cont":1,"score:cont":1})"},
                  {"agg_last_updated", names},
                  {"agg_details",
                   R"(["{\"attempt_id\":\"A\",\"last_attempted_on\":\"Sep 19, 2019, 11:15:29 AM\",)"
                   R"(\"score\":1.0,\"content_id\":\"cont\",\"max_score\":1.0,)"
                   R"(\"type\":\"attempt_metrics\"}"])"}}));
}

TEST_F(AssessmentStagesTest, Row39AggregatesOfOtherContentsStay) {
  const std::vector<CellField> old{{"score:gone", Cell::Double(7)},
                                   {"score:cont", Cell::Double(9)}};
  cassandra_.Put("user_activity_agg", {{"activity_type", Cell::Text("Course")},
                                       {"activity_id", Cell::Text("C")},
                                       {"user_id", Cell::Text("U")},
                                       {"context_id", Cell::Text("cb:B")},
                                       {"aggregates", Cell::Map(old)}});
  Send(Ev{});
  EXPECT_EQ(Activities()[0]["aggregates"],
            R"({"attempts_count:cont":1,"max_score:cont":1,"score:cont":1,"score:gone":7})");
}

TEST_F(AssessmentStagesTest, Row40WithoutRowsNothingIsWritten) {
  Send(Ev{.events = ""});
  EXPECT_EQ(Counters(), (Texts{{"cache-hit-count", "1"},
                               {"recompute-agg-event-count", "1"},
                               {"db-score-read-count", "1"},
                               {"cert-issue-events-count", "1"}}));
  EXPECT_THAT(Activities(), IsEmpty());
}

TEST_F(AssessmentStagesTest, TheLeafNodesOfACourseAreAskedForOnceABatch) {
  tables_["leaf_nodes"]->Put("D:D:leafnodes", std::string("no set"));
  const std::string good = Ev{.attempt = "\"A1\""}.Text();
  SendAll({good, Ev{.content = "\"x\""}.Text(), Ev{.attempt = "\"A2\""}.Text(),
           Ev{.course = "\"D\""}.Text()});
  EXPECT_EQ(CountOf("cache-hit-count"), 3U);
  EXPECT_EQ(CountOf("db-update-count"), 2U);
  EXPECT_STREQ(batch_.events()[1].reason(), "not_a_leaf_node");
  EXPECT_STREQ(batch_.events()[3].reason(), "leaf_nodes_no_set");
}

TEST_F(AssessmentStagesTest, AnEventThatEndedIsLeftAlone) {
  const std::string text = Ev{}.Text();
  Add(text).Drop("earlier");
  ASSERT_TRUE(RunAll().ok());
  EXPECT_THAT(Counters(), IsEmpty());
  EXPECT_EQ(cassandra_.applied(), 0U);
}

}  // namespace
}  // namespace sluice
