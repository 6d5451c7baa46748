#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

constexpr const char* kValidateTelemetryEntry =
    "validate_telemetry: { schemas: schemas/telemetry/3.0 }";

std::string Start(const std::string& more = "", const std::string& eid = "START",
                  const std::string& ets = "1") {
  return R"({"eid":")" + eid + R"(","ets":)" + ets +
         R"(,"ver":"3.0","mid":"m","actor":{"id":"","type":""},)"
         R"("context":{"channel":"c","env":"","pdata":{"id":""}},"edata":{"type":"app"})" +
         more + "}";
}

class ValidateTelemetryTest : public StageTest {
 protected:
  /// The event after the stage; it stays until the next call.
  Event& After(Stage& stage, const std::optional<std::string>& text) {
    Forget();
    Event& event = Add(text);
    EXPECT_TRUE(Run(stage).ok());
    return event;
  }
  Event& After(const std::optional<std::string>& text) {
    if (stage_ == nullptr) stage_ = Build(kValidateTelemetryEntry);
    return After(*stage_, text);
  }
  static std::string ErrorText(const Event& event) {
    return std::string(event.doc().ReadString(Path("/metadata/validation_error")).value_or("-"));
  }
  static std::string RawOf(const Event& event) {
    return std::string(event.doc().ReadString(Path("/metadata/raw_event")).value_or("(none)"));
  }

  std::unique_ptr<Stage> stage_;
};

TEST_F(ValidateTelemetryTest, TheSchemasMustBeGivenAndTheSideOutputMustExist) {
  EXPECT_EQ(Problem(kValidateTelemetryEntry), "");
  EXPECT_THAT(Problem("validate_telemetry"), HasSubstr("`schemas` is missing"));
  EXPECT_THAT(Problem("validate_telemetry: { schema: x }"), HasSubstr("did you mean `schemas`?"));
  EXPECT_THAT(Problem("validate_telemetry: { schemas: x, event_types_only: maybe }"),
              HasSubstr("must be true or false, not `maybe`"));
  EXPECT_THAT(Problem("validate_telemetry: { schemas: x, side_output: fail }"),
              HasSubstr("did you mean `failed`?"));
}

TEST_F(ValidateTelemetryTest, ADirectoryWithoutSchemasOrEnvelopeIsRefused) {
  const auto missing = TryBuild("validate_telemetry: { schemas: schemas/nowhere }");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_THAT(missing.error().message, HasSubstr("nowhere"));
  const auto other = TryBuild("validate_telemetry: { schemas: tests/unit/schema/tangled }");
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message, HasSubstr("no envelope.json"));
}

TEST_F(ValidateTelemetryTest, AValidEventIsMarkedAndStays) {
  const Event& event = After(Start(R"(,"flags":{"x":1},"type":"mine")"));
  EXPECT_TRUE(event.active());
  EXPECT_EQ(event.doc().ReadString(Path("/type")), "events");
  EXPECT_TRUE(event.doc().Read(Path("/flags/pp_validation_processed")).IsTrue());
  EXPECT_TRUE(event.doc().Read(Path("/flags/x")).IsNumber());
  EXPECT_FALSE(event.doc().Read(Path("/metadata")).exists());
  EXPECT_EQ(CountOf("validation-success-event-count"), 1U);
  EXPECT_EQ(CountOf("validation-failed-event-count"), 0U);
}

TEST_F(ValidateTelemetryTest, AnEventThatBreaksItsSchemaIsDivertedWithEveryError) {
  const Event& event = After(Start(R"(,"tags":[5])", "START", R"("x")"));
  EXPECT_EQ(event.state(), Event::State::kDiverted);
  EXPECT_EQ(event.side_output(), 0);
  EXPECT_STREQ(event.reason(), "schema_violation");
  EXPECT_THAT(std::string(event.note().detail), HasSubstr("/ets type"));
  EXPECT_THAT(std::string(event.note().detail), HasSubstr("/tags/0 type"));
  EXPECT_EQ(ErrorText(event), "\"/ets\"");
  EXPECT_EQ(event.doc().ReadString(Path("/metadata/src")), "PipelinePreprocessor");
  EXPECT_TRUE(event.doc().Read(Path("/flags/pp_validation_processed")).exists());
  EXPECT_FALSE(event.doc().Read(Path("/flags/pp_validation_processed")).IsTrue());
  EXPECT_FALSE(event.doc().Read(Path("/type")).exists());
  EXPECT_EQ(CountOf("validation-failed-event-count"), 1U);
}

TEST_F(ValidateTelemetryTest, AnUnknownEidHasNoSchema) {
  for (const char* eid : {R"("NO_EID")", R"("")", "5", "{}", R"("START ")", R"("../start")"}) {
    const Event& event = After(std::string(R"({"eid":)") + eid + "}");
    EXPECT_STREQ(event.reason(), "schema_not_found") << eid;
    EXPECT_EQ(ErrorText(event), "Schema not found: eid looks incorrect, sending to failed");
    EXPECT_EQ(event.note().detail, "");
  }
}

TEST_F(ValidateTelemetryTest, AnErrorOfTheWholeEventStandsAtItsRoot) {
  EXPECT_EQ(After(R"({"eid":"START"})").note().detail, "/ required");
}

TEST_F(ValidateTelemetryTest, WhatHasLeftThePipelineIsNotTouched) {
  const auto stage = Build(kValidateTelemetryEntry);
  Event& event = Add("{}");
  event.Divert(1, "refused");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(TextOf(event), "{}");
  EXPECT_STREQ(event.reason(), "refused");
}

TEST_F(ValidateTelemetryTest, WithoutEidTheEnvelopeHolds) {
  EXPECT_EQ(ErrorText(After("{}")), "Unable to obtain field name for failed validation");
  EXPECT_EQ(ErrorText(After(R"({"eid":null})")), "\"/allOf/1/properties/eid\"");
}

TEST_F(ValidateTelemetryTest, ASpellingMetBeforeIsJudgedAsTheFirstTime) {
  // Spellings are remembered; none may stand for another.
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(After(Start()).active());
    EXPECT_EQ(ErrorText(After(Start("", "start"))), "\"/allOf/1/properties/eid\"");
    EXPECT_STREQ(After(Start("", "STARTS")).reason(), "schema_not_found");
    EXPECT_STREQ(After(Start("", "STA")).reason(), "schema_not_found");
  }
}

TEST_F(ValidateTelemetryTest, AFragmentOfASchemaIsOneUnlessSwitchedOff) {
  EXPECT_TRUE(After(R"({"eid":"Common"})").active());
  const auto strict =
      Build("validate_telemetry: { schemas: schemas/telemetry/3.0, event_types_only: true }");
  EXPECT_STREQ(After(*strict, R"({"eid":"Common"})").reason(), "schema_not_found");
  EXPECT_TRUE(After(*strict, Start()).active());
  EXPECT_EQ(ErrorText(After(*strict, "{}")), "Unable to obtain field name for failed validation");
}

TEST_F(ValidateTelemetryTest, UnreadableRecordsAreDivertedWithTheirBytesAndWhy) {
  const std::string deep(1001, '[');
  const std::vector<std::pair<std::optional<std::string>, const char*>> records = {
      {"{bad", "invalid_json"},
      {"", "invalid_json"},
      {"[]", "not_an_object"},
      {"null", "not_an_object"},
      {R"({"a":1e999})", "number_out_of_range"},
      {R"({"a":)" + deep + std::string(1001, ']') + "}", "nested_too_deeply"},
      {std::nullopt, "null_record"}};
  for (const auto& [text, reason] : records) {
    const Event& event = After(text);
    EXPECT_STREQ(event.reason(), reason) << text.value_or("(null)");
    EXPECT_EQ(ErrorText(event), "Unable to obtain field name for failed validation");
    EXPECT_EQ(RawOf(event), text.value_or("").empty() ? "(none)" : *text);
  }
}

TEST_F(ValidateTelemetryTest, BytesThatAreNoUtf8ShowAsReplacementCharacters) {
  const Event& event = After("{\"eid\":\"\xff\"}");
  EXPECT_STREQ(event.reason(), "invalid_utf8");
  EXPECT_EQ(RawOf(event), "{\"eid\":\"\xEF\xBF\xBD\"}");
}

TEST_F(ValidateTelemetryTest, FlagsAndMetadataThatAreNoObjectsAreLeftAlone) {
  const Event& event = After(R"({"eid":"X","flags":"f","metadata":[1]})");
  EXPECT_EQ(TextOf(event), R"({"eid":"X","flags":"f","metadata":[1]})");
  EXPECT_EQ(event.state(), Event::State::kDiverted);
}

TEST_F(ValidateTelemetryTest, EveryReasonThatItGivesIsDeclared) {
  const auto& reasons = registry_.stages.Find("validate_telemetry")->reasons;
  for (const char* text : {"{bad", "[]", "{}", R"({"eid":"X"})", "\xff", R"({"a":1e999})"}) {
    EXPECT_THAT(reasons, ::testing::Contains(std::string(After(text).reason())));
  }
  EXPECT_THAT(reasons, ::testing::Contains(std::string(After(std::nullopt).reason())));
}

TEST_F(ValidateTelemetryTest, AReplayHasTheSameOutcome) {
  for (const std::string& text : {Start(), std::string(R"({"eid":"START"})"), std::string("{")}) {
    const Event first = After(text);
    const std::string written = TextOf(first);
    const Event::State state = first.state();
    const std::string detail(first.note().detail);
    stage_ = nullptr;
    const Event& again = After(text);
    EXPECT_EQ(TextOf(again), written);
    EXPECT_EQ(again.state(), state);
    EXPECT_EQ(again.note().detail, detail);
  }
}

}  // namespace
}  // namespace sluice
