#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCorrectTelemetryEntry = "correct_telemetry: { default_channel: org }";

/// Members that leave nothing to correct but what the test is about.
constexpr const char* kChannel = R"("context":{"channel":"c"})";
constexpr const char* kInstants =
    R"("syncts":1577278682630,"@timestamp":"2019-12-25T12:58:02.630Z")";

class CorrectTelemetryTest : public StageTest {
 protected:
  void SetUp() override {
    StageTest::SetUp();
    stage_ = Build(kCorrectTelemetryEntry);
  }
  /// The value at `pointer` after an event with these members was corrected.
  std::string After(const std::string& members, const char* pointer) {
    Forget();
    const Event& event = Add("{" + members + "}");
    EXPECT_TRUE(Run(*stage_).ok());
    std::string text;
    const Value value = event.doc().Find(Path(pointer));
    if (!value.exists()) return "(absent)";
    event.doc().AppendTo(text, value);
    return text;
  }
  std::string ActorAfter(const std::string& members) {
    return After(members + "," + kChannel + "," + kInstants, "/actor/id");
  }
  std::string ObjectAfter(const std::string& object) {
    return After("\"object\":" + object + "," + kChannel + "," + kInstants, "/object/id");
  }
  std::string ChannelAfter(const std::string& members) {
    return After(members + (members.empty() ? "" : ",") + kInstants, "/context/channel");
  }

  std::unique_ptr<Stage> stage_;
};

TEST_F(CorrectTelemetryTest, TheDefaultChannelMustBeGiven) {
  EXPECT_EQ(Problem(kCorrectTelemetryEntry), "");
  EXPECT_THAT(Problem("correct_telemetry"), HasSubstr("`default_channel` is missing"));
  EXPECT_THAT(Problem("correct_telemetry: { default_channel: [a] }"), HasSubstr("default_channel"));
  EXPECT_THAT(Problem("correct_telemetry: { default_chanel: a }"),
              HasSubstr("did you mean `default_channel`?"));
}

TEST_F(CorrectTelemetryTest, AnEventWithNothingToCorrectKeepsItsBytes) {
  const std::string text =
      std::string(R"({ "actor":{"id":"u\u0031"}, "n":1.50, )") + kChannel + "," + kInstants + "}";
  EXPECT_EQ(TextAfter(*stage_, text), text);
}

TEST_F(CorrectTelemetryTest, AFederatedActorIdIsWhatFollowsTheLastColon) {
  EXPECT_EQ(ActorAfter(R"("actor":{"id":"f:x:abc"})"), R"("abc")");
  EXPECT_EQ(ActorAfter(R"("actor":{"id":"f:"})"), R"("")");
  EXPECT_EQ(ActorAfter(R"("actor":{"id":"F:x:abc"})"), R"("F:x:abc")");
  EXPECT_EQ(ActorAfter(R"("actor":{"id":" f:x"})"), R"(" f:x")");
}

TEST_F(CorrectTelemetryTest, UidGoesBeforeActorId) {
  EXPECT_EQ(ActorAfter(R"("uid":"f:1:z","actor":{"id":"a"})"), R"("z")");
  EXPECT_EQ(ActorAfter(R"("uid":"u","actor":{"id":"f:1:a"})"), R"("f:1:a")");
  EXPECT_EQ(ActorAfter(R"("uid":"","actor":{"id":"f:1:a"})"), R"("f:1:a")");
  EXPECT_EQ(ActorAfter(R"("uid":null,"actor":{"id":"f:1:a"})"), R"("a")");
  EXPECT_EQ(ActorAfter(R"("uid":7,"actor":{"id":"f:1:a"})"), R"("a")");
  EXPECT_EQ(ActorAfter(R"("uid":"f:1:z")"), "(absent)");
}

TEST_F(CorrectTelemetryTest, TheIdOfADialCodeIsUpperCase) {
  EXPECT_EQ(ObjectAfter(R"({"id":"abc","type":"DialCode"})"), R"("ABC")");
  EXPECT_EQ(ObjectAfter(R"({"id":"straße","type":"dialcode"})"), R"("STRASSE")");
  EXPECT_EQ(ObjectAfter(R"({"id":"abc","type":"QR"})"), R"("ABC")");
  EXPECT_EQ(ObjectAfter(R"({"id":"abc","type":"dıalcode"})"), R"("ABC")");
  EXPECT_EQ(ObjectAfter(R"({"id":"abc","type":"DİALCODE"})"), R"("ABC")");
  EXPECT_EQ(ObjectAfter(R"({"id":"abc","type":"qr "})"), R"("abc")");
  EXPECT_EQ(ObjectAfter(R"({"id":"abc","type":5})"), R"("abc")");
  EXPECT_EQ(ObjectAfter(R"({"id":5,"type":"qr"})"), "5");
}

TEST_F(CorrectTelemetryTest, ABlankChannelIsReplaced) {
  EXPECT_EQ(ChannelAfter(R"("context":{"channel":" \t\u2003"})"), R"("org")");
  EXPECT_EQ(ChannelAfter(R"("context":{"channel":" a "})"), R"(" a ")");
  EXPECT_EQ(ChannelAfter(R"("context":{"channel":"\u00a0"})"), "\"\xC2\xA0\"");
  EXPECT_EQ(ChannelAfter(R"("context":{"channel":5})"), R"("org")");
  EXPECT_EQ(ChannelAfter(R"("context":{})"), R"("org")");
  EXPECT_EQ(ChannelAfter(R"("context":null)"), R"("org")");
  EXPECT_EQ(ChannelAfter(""), R"("org")");
  EXPECT_EQ(ChannelAfter(R"("context":"x")"), "(absent)");
}

TEST_F(CorrectTelemetryTest, SynctsComesFromTheTimestampOrIsNow) {
  const auto syncts = [&](const std::string& members) { return After(members, "/syncts"); };
  EXPECT_EQ(syncts(R"("@timestamp":"2019-12-25T12:58:02.630Z")"), "1577278682630");
  EXPECT_EQ(syncts(R"("syncts":null,"@timestamp":"2019-12-25T12:58:02.6Z")"), "1577278682600");
  EXPECT_EQ(syncts(R"("syncts":"abc","@timestamp":"2019-12-25T12:58:02.630Z")"), "1577278682630");
  EXPECT_EQ(syncts(R"("syncts":1.5e12)"), "1.5e12");
  EXPECT_EQ(syncts(R"("syncts":true)"), "1600000000000");
  EXPECT_EQ(syncts(R"("@timestamp":"yesterday")"), "1600000000000");
  EXPECT_EQ(syncts(""), "1600000000000");
}

TEST_F(CorrectTelemetryTest, AMissingOrMalformedTimestampComesFromSyncts) {
  const auto stamp = [&](const std::string& members) { return After(members, "/@timestamp"); };
  const std::string formatted = R"("2019-12-25T12:58:02.630Z")";
  EXPECT_EQ(stamp(R"("syncts":1577278682630.9)"), formatted);
  for (const char* malformed : {R"("2019-12-25T12:58:02Z")", R"("2019-02-30T12:58:02.630Z")",
                                R"("2019-12-25T12:58:02.630+05:30")", "5", "null", "{}"}) {
    EXPECT_EQ(stamp(std::string(R"("syncts":1577278682630,"@timestamp":)") + malformed), formatted);
  }
  EXPECT_EQ(stamp(R"("syncts":1,"@timestamp":"2019-02-28T12:58:02.63Z")"),
            R"("2019-02-28T12:58:02.63Z")");
  EXPECT_EQ(stamp(""), R"("2020-09-13T12:26:40.000Z")");
}

TEST_F(CorrectTelemetryTest, WhatHasLeftThePipelineIsNotTouched) {
  Event& event = Add(R"({"actor":{"id":"f:x:abc"}})");
  event.Divert(0, "refused");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(TextOf(event), R"({"actor":{"id":"f:x:abc"}})");
}

TEST_F(CorrectTelemetryTest, AReplayHasTheSameOutcome) {
  const std::string text = R"({"actor":{"id":"f:x:abc"},"object":{"id":"a","type":"qr"}})";
  const std::string once = TextAfter(*stage_, text);
  EXPECT_EQ(TextAfter(*stage_, text), once);
  EXPECT_EQ(TextAfter(*Build(kCorrectTelemetryEntry), text), once);
}

}  // namespace
}  // namespace sluice
