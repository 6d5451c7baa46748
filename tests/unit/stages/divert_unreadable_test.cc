#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

class DivertUnreadableTest : public StageTest {};

TEST_F(DivertUnreadableTest, ItNeedsNoConfiguration) {
  EXPECT_EQ(Problem("divert_unreadable"), "");
  EXPECT_EQ(Problem("divert_unreadable: { count: bad-count, side_output: duplicate }"), "");
  EXPECT_THAT(Problem("divert_unreadable: { side_output: fail }"),
              HasSubstr("did you mean `failed`?"));
}

TEST_F(DivertUnreadableTest, WhatIsNoEventKeepsItsBytesAndItsReason) {
  const std::vector<std::pair<std::string, std::string>> records = {
      {"not json", "invalid_json"},
      {"", "invalid_json"},
      {" ", "invalid_json"},
      {R"({"mid":"x")", "invalid_json"},
      {"{'mid':'x'}", "invalid_json"},
      {R"({"mid":"nan","x":NaN})", "invalid_json"},
      {"[1]", "not_an_object"},
      {"null", "not_an_object"},
      {"5", "not_an_object"},
      {R"("x")", "not_an_object"},
      {"{\"mid\":\"latin \xE9\"}", "invalid_utf8"},
      {R"({"mid":"inf","q":1e999})", "number_out_of_range"}};
  const auto stage = Build("divert_unreadable: { count: bad-count }");
  for (const auto& [text, reason] : records) {
    Forget();
    const Event& event = Add(text);
    ASSERT_TRUE(Run(*stage).ok());
    EXPECT_EQ(event.state(), Event::State::kDiverted) << text;
    EXPECT_EQ(event.side_output(), 0) << text;
    EXPECT_EQ(event.reason(), reason) << text;
    EXPECT_EQ(event.verbatim(), text);
    EXPECT_EQ(CountOf("bad-count"), 1U) << text;
  }
}

TEST_F(DivertUnreadableTest, ANullRecordHasNoBytes) {
  const auto stage = Build("divert_unreadable: { side_output: duplicate }");
  const Event& event = Add(std::nullopt);
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_EQ(event.side_output(), 1);
  EXPECT_STREQ(event.reason(), "null_record");
  EXPECT_EQ(event.verbatim(), "");
}

TEST_F(DivertUnreadableTest, EventsPassAsTheyAre) {
  const auto stage = Build("divert_unreadable: { count: bad-count }");
  for (const std::string text : {R"({})", R"({"mid":"m","edata":{}} garbage)"}) {
    Forget();
    const Event& event = Add(text);
    ASSERT_TRUE(Run(*stage).ok());
    EXPECT_TRUE(event.active()) << text;
    EXPECT_FALSE(event.verbatim()) << text;
    EXPECT_EQ(CountOf("bad-count"), 0U) << text;
  }
}

TEST_F(DivertUnreadableTest, WhatHasLeftThePipelineIsNotDivertedAgain) {
  const auto stage = Build("divert_unreadable: { count: bad-count }");
  Event& event = Add("not json");
  event.Divert(1, "refused");
  ASSERT_TRUE(Run(*stage).ok());
  EXPECT_STREQ(event.reason(), "refused");
  EXPECT_EQ(CountOf("bad-count"), 0U);
}

}  // namespace
}  // namespace sluice
