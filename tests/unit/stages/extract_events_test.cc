#include <gmock/gmock.h>

#include <array>
#include <set>

#include "stage_fixture.h"

namespace sluice {
namespace {

using State = Event::State;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;

constexpr const char* kUuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
constexpr const char* kSyncts = "1529500243955";
constexpr const char* kStamp = R"("@timestamp":"2018-06-20T13:10:43.955Z","syncts":1529500243955)";

/// Batches go through check_batch first, as they do in the pipeline.
class ExtractEventsTest : public StageTest {
 protected:
  /// Texts of the events that are made of the batch, the audit record aside.
  std::vector<std::string> Extract(const std::string& text) {
    Forget();
    AddBatch(text);
    return Extracted();
  }
  std::vector<std::string> Extracted() {
    EXPECT_TRUE(Run(*check_).ok());
    EXPECT_TRUE(Run(*stage_).ok());
    std::vector<std::string> texts;
    for (const Event& event : batch_.events()) {
      if (event.created() && !IsAudit(event)) texts.push_back(TextOf(event));
    }
    return texts;
  }
  static bool IsAudit(const Event& event) {
    return event.doc().ReadString(Path("/object/type")) == "telemetry-events";
  }
  /// The audit record of the batch that went through last; nullptr if it has none.
  const Event* Audit() {
    for (const Event& event : batch_.events()) {
      if (IsAudit(event)) return &event;
    }
    return nullptr;
  }
  std::string AuditText(const char* pointer) {
    const Event* audit = Audit();
    if (audit == nullptr) return "(no audit record)";
    return std::string(audit->doc().Read(Path(pointer)).text());
  }
  static std::string WithSyncts(const std::string& more) {
    return std::string(R"({"syncts":)") + kSyncts + "," + more + "}";
  }
  void BuildWith(const std::string& entry) { stage_ = Build(entry); }

  std::unique_ptr<Stage> check_;
  std::unique_ptr<Stage> stage_;

 private:
  void SetUp() override {
    StageTest::SetUp();
    check_ = Build("check_batch");
    stage_ = Build("extract_events");
  }
};

TEST_F(ExtractEventsTest, EveryElementBecomesAnEventWithoutItsNullMembers) {
  EXPECT_THAT(
      Extract(WithSyncts(
          R"("events":[{"eid":"INTERACT","n":null,"a":[null,1,2.5]},{"eid":"LOG","x":1}])")),
      ElementsAre(
          std::string(R"({"flags":{"ex_processed":true},)") + kStamp +
              R"(,"eid":"INTERACT","a":[null,1,2.5]})",
          std::string(R"({"flags":{"ex_processed":true},)") + kStamp + R"(,"eid":"LOG","x":1})"));
  EXPECT_EQ(batch_.events()[0].state(), State::kEmitted);
  EXPECT_EQ(batch_.events()[1].position().ToString(), "in/0/0/0");
  EXPECT_EQ(batch_.events()[2].position().ToString(), "in/0/0/1");
  EXPECT_EQ(Audit()->position().ToString(), "in/0/0/2");
  EXPECT_EQ(CountOf("success-event-count"), 2U);
  EXPECT_EQ(CountOf("success-batch-count"), 1U);
  EXPECT_EQ(CountOf("audit-event-count"), 1U);
  EXPECT_EQ(CountOf("failed-batch-count"), 0U);
}

TEST_F(ExtractEventsTest, NumbersStayAsTheyAreWritten) {
  const auto texts =
      Extract(WithSyncts(R"("events":[{"a":9007199254740993,"b":1.50,"c":1E3,"d":-0}])"));
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts[0], ::testing::HasSubstr(R"("a":9007199254740993,"b":1.50,"c":1E3,"d":-0})"));
}

TEST_F(ExtractEventsTest, StampsAndFlagsOfTheClientAreReplacedAndItsMetadataIsKept) {
  const auto texts = Extract(WithSyncts(
      R"("events":[{"syncts":5,"@timestamp":"zzz","flags":{"b":1},"metadata":{"q":1},"x":2}])"));
  EXPECT_THAT(texts, ElementsAre(R"({"syncts":1529500243955,)"
                                 R"("@timestamp":"2018-06-20T13:10:43.955Z",)"
                                 R"("flags":{"ex_processed":true},"metadata":{"q":1},"x":2})"));
}

TEST_F(ExtractEventsTest, SynctsIsTruncatedAndSaturates) {
  const std::vector<std::array<const char*, 3>> cases = {
      {"1529500243955.7", "1529500243955", "2018-06-20T13:10:43.955Z"},
      {"1.529500243955E12", "1529500243955", "2018-06-20T13:10:43.955Z"},
      {"-1", "-1", "1969-12-31T23:59:59.999Z"},
      {"-0.9", "0", "1970-01-01T00:00:00.000Z"},
      {"1e30", "9223372036854775807", "292278994-08-17T07:12:55.807Z"},
      {"99999999999999999999", "9223372036854775807", "292278994-08-17T07:12:55.807Z"},
      {"-99999999999999999999", "-9223372036854775808", "-292275055-05-16T16:47:04.192Z"},
      {"9007199254740993", "9007199254740993", "287396-10-12T08:59:00.993Z"},
      {"1e999", "9223372036854775807", "292278994-08-17T07:12:55.807Z"}};
  for (const auto& [syncts, whole, timestamp] : cases) {
    Extract(std::string(R"({"syncts":)") + syncts + R"(,"events":[{}]})");
    const Document& doc = batch_.events()[1].doc();
    EXPECT_EQ(doc.Read(Path("/syncts")).text(), whole) << syncts;
    EXPECT_EQ(doc.ReadString(Path("/@timestamp")), timestamp) << syncts;
  }
}

TEST_F(ExtractEventsTest, WithoutSynctsTheTimeIsNow) {
  for (const char* text : {R"({"events":[{}]})", R"({"syncts":null,"events":[{}]})"}) {
    Extract(text);
    const Document& doc = batch_.events()[1].doc();
    EXPECT_EQ(doc.Read(Path("/syncts")).text(), "1600000000000");
    EXPECT_EQ(doc.ReadString(Path("/@timestamp")), "2020-09-13T12:26:40.000Z");
  }
}

TEST_F(ExtractEventsTest, ABatchWithoutEventsGetsItsAuditRecord) {
  for (const char* text : {"{}", R"({"events":null})", R"({"events":[]})"}) {
    EXPECT_TRUE(Extract(text).empty());
    EXPECT_EQ(AuditText("/edata/level"), "INFO");
    EXPECT_EQ(Audit()->position().ToString(), "in/0/0/0");
    EXPECT_EQ(CountOf("success-batch-count"), 1U);
    EXPECT_EQ(batch_.events()[0].state(), State::kEmitted);
  }
}

TEST_F(ExtractEventsTest, TheAuditRecordIsThatOfTheOriginal) {
  Extract(R"({"channel":"ch<1>","mid":"bm1","params":{"did":"dev1"},"events":[{},{}]})");
  ASSERT_NE(Audit(), nullptr);
  const std::string sid = AuditText("/context/sid");
  const std::string id = AuditText("/object/id");
  for (const std::string& uuid : {sid, id}) EXPECT_THAT(uuid, MatchesRegex(kUuid));
  EXPECT_EQ(TextOf(*Audit()),
            R"({"actor":{"id":"sunbird.telemetry","type":"telemetry-sync"},"eid":"LOG",)"
            R"("edata":{"level":"INFO","type":"telemetry_audit","message":"telemetry sync",)"
            R"("params":[{"ver":"3.0","events_count":2,"sync_status":"SUCCESS"}]},)"
            R"("ver":"3.0","syncts":1600000000000,"ets":1600000000000,)"
            R"("context":{"channel":"ch<1>","env":"data-pipeline","sid":")" +
                sid +
                R"(","did":"dev1",)"
                R"("pdata":{"ver":"3.0","pid":"telemetry-extractor","id":"data-pipeline"}},)"
                R"("mid":"bm1","object":{"id":")" +
                id + R"(","ver":"3.0","type":"telemetry-events","rollup":{}}})");
}

TEST_F(ExtractEventsTest, ChannelAndMidOfOtherTypesBecomeText) {
  const std::vector<std::array<const char*, 2>> cases = {{"55", "55.0"},
                                                         {"1.5", "1.5"},
                                                         {"true", "true"},
                                                         {"0.0001", "1.0E-4"},
                                                         {"12345678", "1.2345678E7"},
                                                         {R"({ "a" : 1, "b":null })", R"({"a":1})"},
                                                         {R"([1, "x", null])", R"([1,"x",null])"},
                                                         {R"("")", ""},
                                                         {"1e999", "Infinity"}};
  for (const auto& [json, text] : cases) {
    Extract(std::string(R"({"channel":)") + json + R"(,"mid":)" + json + "}");
    EXPECT_EQ(AuditText("/context/channel"), text);
    EXPECT_EQ(AuditText("/mid"), text);
  }
  Extract(R"({"channel":null,"mid":null})");
  EXPECT_EQ(AuditText("/context/channel"), "in.sunbird");
  EXPECT_EQ(AuditText("/mid").size(), 36U);
}

TEST_F(ExtractEventsTest, ADidOfAnotherTypeCountsAsAbsent) {
  for (const char* did : {"5", "null", "{}", "true"}) {
    EXPECT_EQ(Extract(std::string(R"({"events":[{}],"params":{"did":)") + did + "}}").size(), 1U);
    EXPECT_EQ(AuditText("/context/did").size(), 36U);
    EXPECT_EQ(CountOf("success-batch-count"), 1U);
  }
}

TEST_F(ExtractEventsTest, WhatIsRandomInTheOriginalIsTheSameAtEveryReplayAndElseDiffers) {
  std::vector<std::string> ids;
  for (int replay = 0; replay < 2; ++replay) {
    Forget();
    AddBatch("{}");
    AddBatch("{}");
    Extracted();
    for (const Event& event : batch_.events()) {
      if (!IsAudit(event)) continue;
      for (const char* pointer : {"/context/sid", "/context/did", "/mid", "/object/id"}) {
        ids.emplace_back(event.doc().ReadString(Path(pointer)).value_or(""));
      }
    }
  }
  ASSERT_EQ(ids.size(), 16U);
  EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 8, ids.begin() + 8));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 8U);
}

TEST_F(ExtractEventsTest, AMalformedElementFailsTheBatchAndNotTheOtherElements) {
  const std::vector<std::string> malformed = {
      "null", "5", R"("x")", "[]", R"({"eid":5})", R"({"eid":"X","v":1e999})"};
  for (const std::string& element : malformed) {
    const std::string text = WithSyncts(R"("events":[{"eid":"A"},)" + element + R"(,{"eid":"B"}])");
    const auto texts = Extract(text);
    ASSERT_EQ(texts.size(), 2U) << element;
    EXPECT_THAT(texts[1], ::testing::HasSubstr(R"("eid":"B")"));
    EXPECT_EQ(batch_.events()[2].position().ToString(), "in/0/0/2");
    const Event& batch = batch_.events()[0];
    EXPECT_EQ(batch.state(), State::kDiverted);
    EXPECT_STREQ(batch.reason(), "malformed_element");
    EXPECT_EQ(batch.side_output(), resources_.SideOutput("batch_failed").value());
    EXPECT_EQ(batch.verbatim(), text);
    EXPECT_EQ(Audit(), nullptr);
    EXPECT_EQ(CountOf("success-event-count"), 2U);
    EXPECT_EQ(CountOf("failed-batch-count"), 1U);
    EXPECT_EQ(CountOf("success-batch-count"), 0U);
  }
}

TEST_F(ExtractEventsTest, MembersOfAnotherTypeFailTheBatchBeforeAnythingIsExtracted) {
  const std::vector<std::array<const char*, 2>> cases = {
      {R"({"events":{}})", "events_no_array"},
      {R"({"events":"x"})", "events_no_array"},
      {R"({"syncts":"x","events":[{"eid":"A"}]})", "syncts_no_number"},
      {R"({"syncts":true,"events":[{"eid":"A"}]})", "syncts_no_number"}};
  for (const auto& [text, reason] : cases) {
    EXPECT_TRUE(Extract(text).empty());
    EXPECT_STREQ(batch_.events()[0].reason(), reason);
    EXPECT_EQ(batch_.events()[0].verbatim(), text);
    EXPECT_EQ(Audit(), nullptr);
    EXPECT_EQ(CountOf("failed-batch-count"), 1U);
  }
}

TEST_F(ExtractEventsTest, WithoutCheckBatchItDivertsWhatIsNotABatch) {
  const std::vector<std::array<const char*, 2>> cases = {
      {"", "invalid_json"},
      {"not json", "invalid_json"},
      {"[]", "not_an_object"},
      {R"({"events":[{}]} x)", "trailing_text"},
      {R"({"params":5,"events":[{}]})", "params_no_object"},
      {R"({"params":{"msgid":5},"events":[{}]})", "msgid_no_string"},
      {R"({"events":{}})", "events_no_array"},
      {R"({"syncts":"x","events":[{}]})", "syncts_no_number"}};
  for (const auto& [text, reason] : cases) {
    Forget();
    const Event& batch = AddBatch(text);
    ASSERT_TRUE(Run(*stage_).ok());
    EXPECT_EQ(batch_.events().size(), 1U) << text;
    EXPECT_STREQ(batch.reason(), reason) << text;
    EXPECT_EQ(batch.side_output(), resources_.SideOutput("batch_failed").value());
    EXPECT_EQ(batch.verbatim(), text);
    EXPECT_EQ(CountOf("failed-batch-count"), 1U);
  }
}

TEST_F(ExtractEventsTest, WithoutCheckBatchAMalformedElementFailsTheBatch) {
  for (const char* element : {"5", R"({"eid":5})", R"({"v":[{"w":1e999}]})", R"({"v":-1E400})"}) {
    Forget();
    const Event& batch =
        AddBatch(std::string(R"({"events":[{"eid":"A","v":1e300},)") + element + "]}");
    ASSERT_TRUE(Run(*stage_).ok());
    EXPECT_EQ(batch_.events().size(), 2U) << element;
    EXPECT_STREQ(batch.reason(), "malformed_element") << element;
    EXPECT_EQ(CountOf("success-event-count"), 1U);
  }
}

TEST_F(ExtractEventsTest, ANumberThatIsOverwrittenByALaterMemberDoesNoHarm) {
  EXPECT_EQ(Extract(R"({"events":[{"v":1e999,"v":1}]})").size(), 1U);
  EXPECT_EQ(batch_.events()[0].state(), State::kEmitted);
}

TEST_F(ExtractEventsTest, AnAuditRecordThatIsNotReadableDivertsTheBatch) {
  Event& batch = AddBatch(R"({"params":{"did":"d"},"events":[{"eid":"A"}]})");
  batch.edit().SetString(Path("/params/did"), "\xFF");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(batch.state(), State::kDiverted);
  EXPECT_STREQ(batch.reason(), "created_unreadable");
  EXPECT_EQ(batch.side_output(), resources_.SideOutput("batch_failed").value());
  EXPECT_EQ(CountOf("failed-batch-count"), 1U);
  EXPECT_EQ(CountOf("audit-event-count"), 0U);
  EXPECT_EQ(CountOf("success-batch-count"), 0U);
}

TEST_F(ExtractEventsTest, TheSizeLimitIsThatOfTheTextThatJacksonWrites) {
  const auto text = [](std::size_t letters) {
    return R"({"syncts":1736899199999,"events":[{ "eid" : "X", "a":")" + std::string(letters, 'a') +
           R"(" }]})";
  };
  Extract(text(1048495));
  EXPECT_TRUE(batch_.events()[1].active());
  EXPECT_EQ(CountOf("success-event-count"), 1U);
  Extract(text(1048496));
  EXPECT_EQ(batch_.events()[1].state(), State::kDiverted);
  EXPECT_EQ(CountOf("success-event-count"), 0U);
  EXPECT_EQ(CountOf("failed-event-count"), 1U);
}

TEST_F(ExtractEventsTest, AnEventThatIsTooLargeGoesToFailedWhateverItIs) {
  BuildWith("extract_events: { max_event_bytes: 100 }");
  const std::string filler(100, 'x');
  for (const char* eid : {"LOG", "ASSESS", "X"}) {
    const auto texts =
        Extract(WithSyncts(std::string(R"("events":[{"eid":")") + eid + R"(","f":")" + filler +
                           R"(","metadata":{"m":1},"flags":{"g":true}},{}])"));
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_THAT(texts[0],
                ::testing::AllOf(::testing::HasSubstr(R"("flags":{"ex_processed":false})"),
                                 ::testing::HasSubstr(R"("ex_error":"Event size is Exceeded")"),
                                 ::testing::HasSubstr(R"("src":"TelemetryExtractorJob")"),
                                 ::testing::Not(::testing::HasSubstr(R"("m":1)")),
                                 ::testing::Not(::testing::HasSubstr(R"("g":true)"))));
    EXPECT_EQ(batch_.events()[1].side_output(), resources_.SideOutput("failed").value());
    EXPECT_STREQ(batch_.events()[1].reason(), "event_too_large");
    EXPECT_TRUE(batch_.events()[2].active());
    EXPECT_EQ(Audit()->doc().Read(Path("/edata/params")).size(), 1U);
    EXPECT_THAT(TextOf(*Audit()), ::testing::HasSubstr(R"("events_count":2)"));
    EXPECT_EQ(CountOf("success-batch-count"), 1U);
  }
}

TEST_F(ExtractEventsTest, ADuplicateIsNotExtracted) {
  Event& event = AddBatch(R"({"events":[{"eid":"A"}]})");
  event.Divert(resources_.SideOutput("duplicate").value(), "duplicate_key");
  EXPECT_TRUE(Extracted().empty());
  EXPECT_EQ(batch_.events().size(), 1U);
}

TEST_F(ExtractEventsTest, MissingSideOutputsAreNamed) {
  for (const char* entry : {"extract_events: { side_output: nowhere }",
                            "extract_events: { batch_side_output: nowhere }"}) {
    const auto stage = TryBuild(entry);
    ASSERT_FALSE(stage.ok());
    EXPECT_THAT(stage.error().message, ::testing::HasSubstr("nowhere"));
  }
}

TEST_F(ExtractEventsTest, ABatchWithMoreEventsThanAreTakenIsDivertedWhole) {
  BuildWith("extract_events: { max_events: 3 }");
  EXPECT_EQ(Extract(R"({"events":[{},{},{}]})").size(), 3U);
  for (const char* events : {"{},{},{},{}", "1,1,1,1", "[],[],[],[]", "null,null,null,null"}) {
    const std::string text = R"({"events":[)" + std::string(events) + "]}";
    EXPECT_TRUE(Extract(text).empty());
    EXPECT_STREQ(batch_.events()[0].reason(), "too_many_events");
    EXPECT_EQ(batch_.events()[0].verbatim(), text);
    EXPECT_EQ(Audit(), nullptr);
    EXPECT_EQ(CountOf("failed-batch-count"), 1U);
  }
  BuildWith("extract_events");
  std::string many = R"({"events":[{})";
  for (int i = 0; i < 20'000; ++i) many += ",{}";
  EXPECT_TRUE(Extract(many + "]}").empty()) << "20,000 where nothing else is said";
  EXPECT_STREQ(batch_.events()[0].reason(), "too_many_events");
}

TEST_F(ExtractEventsTest, ASingleEventIsNoEmptyBatch) {
  for (const char* text :
       {R"({"eid":"LOG","mid":"m","ets":1})", R"({"edata":{},"events":null})", R"({"eid":5})",
        R"({"actor":{"id":"a"},"mid":"m"})", R"({"context":{"channel":"c"}})"}) {
    EXPECT_TRUE(Extract(text).empty());
    EXPECT_STREQ(batch_.events()[0].reason(), "no_events") << text;
    EXPECT_EQ(batch_.events()[0].side_output(), resources_.SideOutput("batch_failed").value());
    EXPECT_EQ(Audit(), nullptr);
  }
  for (const char* text : {"{}", R"({"events":null})", R"({"events":[]})",
                           R"({"eid":"X","events":[]})", R"({"params":{"msgid":"m"},"mid":"b"})"}) {
    Extract(text);
    EXPECT_NE(Audit(), nullptr) << text;
  }
}

}  // namespace
}  // namespace sluice
