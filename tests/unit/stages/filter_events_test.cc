#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFilterEventsEntry =
    "filter_events: { max_age_months: 3, skip: [INTERRUPT] }";
constexpr std::int64_t kApril20 = 1'587'340'800'000;  // 2020-04-20T00:00:00Z
constexpr std::int64_t kOldest = 1'579'478'400'000;   // three months before
constexpr std::int64_t kMay31 = 1'590'921'015'250;    // 2020-05-31T10:30:15.250Z
constexpr std::int64_t kFeb29 = 1'582'972'215'250;    // 2020-02-29T10:30:15.250Z
constexpr std::int64_t kMay30 = kMay31 - 86'400'000;  // 2020-05-30T10:30:15.250Z
constexpr std::int64_t kMay29 = kMay30 - 86'400'000;  // 2020-05-29T10:30:15.250Z
constexpr std::int64_t kMarch31 = 1'585'612'800'000;  // 2020-03-31T00:00:00Z
constexpr std::int64_t kDec31 = 1'577'750'400'000;    // 2019-12-31T00:00:00Z

/// de-normalization.md 7 and 14; the rows are those of its section 19.
class FilterEventsTest : public StageTest {
 protected:
  void SetUp() override {
    StageTest::SetUp();
    resources_.now.now_ms = kApril20;
    stage_ = Build(kFilterEventsEntry);
  }
  /// What becomes of a record of its own batch.
  const Event& Filter(const std::optional<std::string>& record) {
    Forget();
    const Event& event = Add(record);
    EXPECT_TRUE(Run(*stage_).ok());
    return event;
  }
  const Event& Filter(const std::string& eid, const std::string& ets) {
    return Filter(R"({"eid":")" + eid + R"(","ets":)" + ets + "}");
  }
  bool IsKept(const std::string& eid, std::int64_t ets) {
    return Filter(eid, std::to_string(ets)).active();
  }
  void ExpectExpired(const std::string& eid, const std::string& ets) {
    const Event& event = Filter(eid, ets);
    EXPECT_EQ(event.state(), Event::State::kDropped) << ets;
    EXPECT_STREQ(event.reason(), "expired") << ets;
    EXPECT_EQ(CountOf("events-expired"), 1U) << ets;
    EXPECT_EQ(CountOf("events-skipped"), 0U) << ets;
  }
  void ExpectSkipped(const std::string& eid) {
    const Event& event = Filter(eid, "1587300000000");
    EXPECT_EQ(event.state(), Event::State::kDropped) << eid;
    EXPECT_STREQ(event.reason(), "skipped") << eid;
    EXPECT_EQ(CountOf("events-skipped"), 1U) << eid;
    EXPECT_EQ(CountOf("events-expired"), 0U) << eid;
  }
  void ExpectFailed(const std::optional<std::string>& record, const std::string& reason) {
    const Event& event = Filter(record);
    EXPECT_EQ(event.state(), Event::State::kDiverted) << record.value_or("null");
    EXPECT_EQ(event.reason(), reason) << record.value_or("null");
    EXPECT_EQ(resources_.side_outputs[event.side_output()], "failed");
    EXPECT_EQ(event.verbatim(), std::string_view(record.value_or("")));
    EXPECT_EQ(CountOf("events-failed"), 1U) << record.value_or("null");
  }
  std::unique_ptr<Stage> stage_;
};

TEST_F(FilterEventsTest, Rows2And3_TheAgeLimitItselfIsNotTooOld) {
  ExpectExpired("INTERACT", "1579478399999");
  EXPECT_TRUE(IsKept("INTERACT", kOldest));
}

TEST_F(FilterEventsTest, Row6_AnEtsIsAnyNumberAndItsFractionDoesNotCount) {
  EXPECT_TRUE(IsKept("INTERACT", 1587300000000));
  EXPECT_TRUE(Filter("INTERACT", "1.5873E12").active());
  EXPECT_TRUE(Filter("INTERACT", "1579478400000.0").active());
  EXPECT_TRUE(Filter("INTERACT", "1e300").active());
  ExpectExpired("INTERACT", "1579478399999.9");
  ExpectExpired("INTERACT", "-1");
  ExpectExpired("INTERACT", "0");
  ExpectExpired("INTERACT", "-1e300");
  // Keeps its low 64 bits: 5.
  ExpectExpired("INTERACT", "18446744073709551621");
}

TEST_F(FilterEventsTest, MonthsAreThoseOfTheCalendarAndShortOnesEndEarly) {
  resources_.now.now_ms = kMay31;
  EXPECT_TRUE(IsKept("X", kFeb29));
  EXPECT_FALSE(IsKept("X", kFeb29 - 1));
  resources_.now.now_ms = kMay30;
  EXPECT_TRUE(IsKept("X", kFeb29));
  EXPECT_FALSE(IsKept("X", kFeb29 - 1));
  resources_.now.now_ms = kMay29;
  EXPECT_TRUE(IsKept("X", kFeb29));
  EXPECT_FALSE(IsKept("X", kFeb29 - 1));
  resources_.now.now_ms = kMarch31;
  EXPECT_TRUE(IsKept("X", kDec31));
  EXPECT_FALSE(IsKept("X", kDec31 - 1));
}

TEST_F(FilterEventsTest, TheAgeIsAsConfigured) {
  stage_ = Build("filter_events: { max_age_months: 4 }");
  EXPECT_TRUE(IsKept("X", kOldest - 1));
  EXPECT_FALSE(IsKept("X", 1'576'799'999'999));  // before 2019-12-20
}

TEST_F(FilterEventsTest, Rows7And8_SkippedEidsAreDropped) {
  for (const char* eid : {"INTERRUPT", "ME_SESSION_SUMMARY", "ME_DEVICE_SUMMARY", "XSUMMARYX",
                          "SUMMARY_", "ME_WORKFLOW_SUMMARY2"}) {
    ExpectSkipped(eid);
  }
}

TEST_F(FilterEventsTest, Row9_OtherEidsPassAndCaseMatters) {
  for (const char* eid : {"SUMMARY", "ME_WORKFLOW_SUMMARY", "me_summary", "LOG", "", "Summary",
                          "interrupt", "INTERRUPTED", "SUMMAR"}) {
    EXPECT_TRUE(IsKept(eid, 1'587'300'000'000)) << eid;
    EXPECT_EQ(CountOf("events-skipped"), 0U) << eid;
  }
}

TEST_F(FilterEventsTest, TheListOfSkippedEidsIsAsConfigured) {
  stage_ = Build("filter_events: { skip: [LOG, SUMMARY] }");
  EXPECT_TRUE(IsKept("INTERRUPT", 1'587'300'000'000));
  // What is never skipped isn't, even if it is listed.
  EXPECT_TRUE(IsKept("SUMMARY", 1'587'300'000'000));
  ExpectSkipped("LOG");
}

TEST_F(FilterEventsTest, Row10_WhatIsOldAndSkippedCountsAsOld) {
  ExpectExpired("INTERRUPT", "1");
  ExpectExpired("ME_SESSION_SUMMARY", "1");
}

TEST_F(FilterEventsTest, Row62_WhatIsNoEventFailsByteForByte) {
  ExpectFailed("not json", "invalid_json");
  ExpectFailed("[1]", "not_an_object");
  ExpectFailed("null", "not_an_object");
  ExpectFailed("\"x\"", "not_an_object");
  ExpectFailed("", "invalid_json");
  ExpectFailed(std::nullopt, "null_record");
  ExpectFailed("{\"eid\":\"\xE9\"}", "invalid_utf8");
  ExpectFailed(R"({"eid":"X","ets":1e999})", "number_out_of_range");
}

TEST_F(FilterEventsTest, Row63_AnEventWithoutAnEtsFailsByteForByte) {
  ExpectFailed("{}", "ets_no_number");
  ExpectFailed(R"({"eid":"X"} )", "ets_no_number");
  ExpectFailed(R"({"eid":"X", "ets":null})", "ets_no_number");
  for (const char* ets : {R"("1")", "true", "{}", "[1]"}) {
    ExpectFailed(std::string(R"({"eid":"X","ets":)") + ets + "}", "ets_no_number");
  }
}

TEST_F(FilterEventsTest, Row63_AnEventWithoutAnEidFailsByteForByteUnlessItIsOld) {
  ExpectFailed(R"({"ets":1587300000000})", "eid_no_string");
  ExpectFailed(R"({"ets":1587300000000,"eid":null,"n":null})", "eid_no_string");
  ExpectFailed(R"({"ets":1587300000000,"eid":5})", "eid_no_string");
  EXPECT_STREQ(Filter(R"({"ets":1})").reason(), "expired");
}

TEST_F(FilterEventsTest, WhatAStageMadeFailsAsItStands) {
  Event& source = Add(R"({"eid":"X","ets":1587300000000})");
  const Event& made = *batch_.Create(source, 1, R"({"eid":"X"})");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_STREQ(made.reason(), "ets_no_number");
  EXPECT_FALSE(made.verbatim());
}

TEST_F(FilterEventsTest, EventsThatOtherStagesTookAreLeftAlone) {
  Event& event = Add("not json");
  event.Drop("elsewhere");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_STREQ(event.reason(), "elsewhere");
  EXPECT_EQ(CountOf("events-failed"), 0U);
}

TEST_F(FilterEventsTest, AnAgeThatMakesNoSenseIsRefused) {
  for (const char* months : {"0", "-1", "1201"}) {
    EXPECT_THAT(Problem(std::string("filter_events: { max_age_months: ") + months + " }"),
                HasSubstr("between 1 and 1200"));
  }
  EXPECT_EQ(Problem("filter_events: { max_age_months: 1200 }"), "");
}

}  // namespace
}  // namespace sluice
