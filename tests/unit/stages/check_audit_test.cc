#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

class CheckAuditTest : public StageTest {
 protected:
  Event& After(const std::string& text) {
    if (stage_ == nullptr) stage_ = Build("check_audit");
    Forget();
    Event& event = Add(text);
    EXPECT_TRUE(Run(*stage_).ok());
    return event;
  }
  void ExpectFailed(const std::string& text, const char* reason, const std::string& error) {
    const Event& event = After(text);
    EXPECT_EQ(event.state(), Event::State::kDiverted) << text;
    EXPECT_EQ(event.side_output(), 0) << text;
    EXPECT_STREQ(event.reason(), reason) << text;
    EXPECT_EQ(event.doc().ReadString(Path("/metadata/validation_error")), error) << text;
    EXPECT_EQ(event.doc().ReadString(Path("/metadata/src")), "CBPreprocessor") << text;
    EXPECT_EQ(CountOf("cb-audit-route-failed-count"), 1U) << text;
  }
  void ExpectPassed(const std::string& text, ClaimMode mode = ClaimMode::kClaim) {
    const Event& event = After(text);
    EXPECT_TRUE(event.active()) << text;
    EXPECT_EQ(event.claim_mode(), mode) << text;
    EXPECT_EQ(event.doc().version(), 0U) << text;
    EXPECT_EQ(CountOf("cb-audit-route-failed-count"), 0U) << text;
  }

  std::unique_ptr<Stage> stage_;
};

TEST_F(CheckAuditTest, OnlyTheSideOutputIsConfigured) {
  EXPECT_EQ(Problem("check_audit"), "");
  EXPECT_EQ(Problem("check_audit: { side_output: duplicate }"), "");
  EXPECT_THAT(Problem("check_audit: { side_output: fail }"), HasSubstr("did you mean `failed`?"));
}

TEST_F(CheckAuditTest, WhatIsAStringOrAbsentPasses) {
  ExpectPassed("{}");
  ExpectPassed(R"({"mid":null,"uid":null,"actor":null,"dimensions":null,"context":null})");
  ExpectPassed(R"({"mid":"m","uid":"u","dimensions":{"did":"d"},"context":{"did":"e"}})");
  ExpectPassed(R"({"mid":"","actor":{"id":""},"context":{"did":""}})");
  ExpectPassed(R"({"dimensions":5,"context":"x","actor":[]})");
}

TEST_F(CheckAuditTest, AMidThatIsNoStringFails) {
  for (const std::string other : {"5", "1.5", "[]", "{}", "true", "false"})
    ExpectFailed(R"({"mid":)" + other + "}", "mid_no_string", "mid is not a string");
}

TEST_F(CheckAuditTest, TheDidThatIsTheKeyMustBeAString) {
  ExpectFailed(R"({"context":{"did":5}})", "did_no_string", "context.did is not a string");
  ExpectFailed(R"({"dimensions":{"did":false},"context":{"did":"d"}})", "did_no_string",
               "dimensions.did is not a string");
  // The second one is looked at only where the first one is missing.
  ExpectPassed(R"({"dimensions":{"did":"d"},"context":{"did":5}})");
  ExpectFailed(R"({"dimensions":{"did":null},"context":{"did":{}}})", "did_no_string",
               "context.did is not a string");
}

TEST_F(CheckAuditTest, MetadataOfAnotherTypeIsReplacedAndOtherMembersStay) {
  EXPECT_EQ(TextOf(After(R"({"mid":5,"metadata":"x"})")),
            R"({"mid":5,"metadata":{"src":"CBPreprocessor",)"
            R"("validation_error":"mid is not a string"}})");
  EXPECT_EQ(After(R"({"mid":5,"metadata":{"k":"v"}})").doc().ReadString(Path("/metadata/k")), "v");
}

TEST_F(CheckAuditTest, AUserThatIsNoStringKeepsTheKeyFromBeingClaimed) {
  ExpectPassed(R"({"mid":"m","actor":{"id":5}})", ClaimMode::kReadOnly);
  ExpectPassed(R"({"mid":"m","uid":[],"actor":{"id":"u"}})", ClaimMode::kReadOnly);
  ExpectPassed(R"({"mid":"m","uid":"u","actor":{"id":5}})");
  ExpectPassed(R"({"mid":"m","uid":null,"actor":{"id":5}})", ClaimMode::kReadOnly);
  // The user of a work order is not looked at.
  ExpectPassed(R"({"mid":"m","uid":5,"edata":{"cb_object":{"type":"WorkOrder"}}})");
  ExpectPassed(R"({"mid":"m","uid":5,"edata":{"cb_object":{"type":"workorder"}}})",
               ClaimMode::kReadOnly);
}

TEST_F(CheckAuditTest, WhatHasLeftThePipelineIsNotTouched) {
  stage_ = Build("check_audit");
  Event& event = Add(R"({"mid":5})");
  event.Divert(1, "refused");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_STREQ(event.reason(), "refused");
  EXPECT_EQ(event.doc().version(), 0U);
}

TEST_F(CheckAuditTest, WhatIsNotReadableIsLeftToThoseThatDivertItAsItCame) {
  const auto stage = Build("check_audit");
  const Event& event = Add("no JSON");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_TRUE(event.active());
}

}  // namespace
}  // namespace sluice
