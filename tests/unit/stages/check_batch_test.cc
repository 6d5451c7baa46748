#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using State = Event::State;

class CheckBatchTest : public StageTest {
 protected:
  /// The reason why the batch is diverted; "" if it is not.
  std::string ReasonOf(const std::string& text) {
    Forget();
    const Event& event = AddBatch(text);
    EXPECT_TRUE(Run(*stage_).ok());
    if (event.active()) return "";
    EXPECT_EQ(event.side_output(), resources_.SideOutput("batch_failed").value());
    EXPECT_EQ(event.verbatim(), text) << "the original text";
    EXPECT_EQ(CountOf("failed-batch-count"), 1U);
    return event.reason();
  }
  /// Whether its key is to stay free.
  bool IsReadOnly(const std::string& text) {
    EXPECT_EQ(ReasonOf(text), "") << text;
    EXPECT_EQ(CountOf("failed-batch-count"), 0U);
    return batch_.events()[0].claim_mode() == ClaimMode::kReadOnly;
  }
  std::unique_ptr<Stage> stage_;

 private:
  void SetUp() override {
    StageTest::SetUp();
    stage_ = Build("check_batch");
  }
};

TEST_F(CheckBatchTest, WhatIsNoJsonObjectIsDivertedAsItCame) {
  for (const char* text : {"not json", "", " ", "{", "{\"events\":[{\"n\":NaN}]}", "{'a':1}",
                           "\xEF\xBB\xBF{}", "{\"a\":\"\t\"}", "// c\n{}"}) {
    EXPECT_EQ(ReasonOf(text), "invalid_json") << text;
    EXPECT_EQ(CountOf("unique-event-count"), 0U);
  }
  for (const char* text : {"[]", "\"x\"", "null", "true", "5"}) {
    EXPECT_EQ(ReasonOf(text), "not_an_object") << text;
  }
  EXPECT_EQ(ReasonOf("{\"x\":" + std::string(5000, '[') + std::string(5000, ']') + "}"),
            "nested_too_deeply");
}

TEST_F(CheckBatchTest, WhatOnlyASecondReadingRefusesIsCountedAsUniqueBefore) {
  for (const char* text : {R"({"a":1} x)", R"({"a":1}})", R"({"a":1}{"b":2})"}) {
    EXPECT_EQ(ReasonOf(text), "trailing_text") << text;
    EXPECT_EQ(CountOf("unique-event-count"), 1U);
  }
  EXPECT_EQ(ReasonOf(R"({"syncts":1,"syncts":2})"), "repeated_name");
  EXPECT_EQ(CountOf("unique-event-count"), 1U);
  EXPECT_EQ(ReasonOf(R"({"a":null,"a":1})"), "");
  EXPECT_EQ(ReasonOf("  {}\r\n\t"), "");
}

TEST_F(CheckBatchTest, ParamsAndMsgidOfOtherTypesFailTheBatchBeforeAnythingIsAsked) {
  for (const char* text : {R"({"params":"x","events":[]})", R"({"params":[]})", R"({"params":5})",
                           R"({"params":true})"}) {
    EXPECT_EQ(ReasonOf(text), "params_no_object") << text;
  }
  for (const char* text :
       {R"({"params":{"msgid":5}})", R"({"params":{"msgid":{}}})", R"({"params":{"msgid":["s"]}})",
        R"({"params":{"msgid":false},"events":[]})"}) {
    EXPECT_EQ(ReasonOf(text), "msgid_no_string") << text;
  }
  for (const char* text : {"{}", R"({"params":null})", R"({"params":{}})",
                           R"({"params":{"msgid":null}})", R"({"params":{"msgid":""}})"}) {
    EXPECT_FALSE(IsReadOnly(text)) << text;
  }
}

TEST_F(CheckBatchTest, AnElementThatCantBecomeAnEventLeavesTheKeyFree) {
  for (const char* text :
       {R"({"events":[{"eid":"A"},null,{"eid":"B"}]})", R"({"events":[5]})", R"({"events":["x"]})",
        R"({"events":[[{"eid":"A"}]]})", R"({"events":[{"eid":5}]})", R"({"events":[{"eid":{}}]})",
        R"({"events":[{"eid":false}]})", R"({"events":[{"v":1e999}]})",
        R"({"events":[{"a":{"b":[1,-1e400]}}]})", R"({"events":[{"v":2e308}]})"}) {
    EXPECT_TRUE(IsReadOnly(text)) << text;
  }
  EXPECT_TRUE(IsReadOnly(R"({"events":[{"v":)" + std::string(400, '9') + "}]}"));
}

TEST_F(CheckBatchTest, MembersOfAnotherTypeLeaveTheKeyFree) {
  for (const char* text :
       {R"({"events":{}})", R"({"events":"x"})", R"({"events":true})", R"({"syncts":"x"})",
        R"({"syncts":true,"events":[{"eid":"A"}]})", R"({"syncts":{}})", R"({"syncts":[1]})"}) {
    EXPECT_TRUE(IsReadOnly(text)) << text;
  }
}

TEST_F(CheckBatchTest, WhatTheOriginalExtractsClaimsItsKey) {
  for (const char* text :
       {R"({"events":null,"syncts":null})", R"({"events":[]})", R"({"events":[{},{"eid":null}]})",
        R"({"events":[{"v":1e308},{"v":-1.7976931348623157E308},{"v":1e-999}]})",
        R"({"events":[{"eid":""}],"x":1e999,"syncts":1e999})",
        R"({"events":[{"v":1e999,"v":1}],"params":{"did":5}})"}) {
    EXPECT_FALSE(IsReadOnly(text)) << text;
  }
}

TEST_F(CheckBatchTest, WhatIsNoUtf8StandsAsReplacementCharacters) {
  const Event& event = AddBatch("\x1F\x8B\x08 gzip");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(event.verbatim(), "\x1F\xEF\xBF\xBD\x08 gzip");
  EXPECT_FALSE(event.readable()) << "so that the engine adds the very bytes";
}

TEST_F(CheckBatchTest, WhatHasLeftThePipelineIsNotLookedAt) {
  Event& event = AddBatch("not json");
  event.Drop("null_record");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(event.state(), State::kDropped);
  EXPECT_EQ(CountOf("failed-batch-count"), 0U);
}

TEST_F(CheckBatchTest, AMissingSideOutputIsNamed) {
  const auto stage = TryBuild("check_batch: { side_output: nowhere }");
  ASSERT_FALSE(stage.ok());
  EXPECT_THAT(stage.error().message, ::testing::HasSubstr("nowhere"));
}

TEST_F(CheckBatchTest, TheKeyOfABatchThatExtractEventsDivertsStaysFree) {
  stage_ = Build("check_batch: { max_events: 2 }");
  EXPECT_FALSE(IsReadOnly(R"({"events":[{},{}]})"));
  EXPECT_TRUE(IsReadOnly(R"({"events":[{},{},{}]})"));
  EXPECT_TRUE(IsReadOnly(R"({"eid":"LOG","params":{"msgid":"m"}})"));
}

}  // namespace
}  // namespace sluice
