#include "stages/assessment/answers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "codec/gson_string.h"
#include "codec/json_reader.h"
#include "stages/assessment/gson_text.h"
#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

std::string ScoreText(double score) {
  Answer answer;
  answer.score = score;
  answer.max_score = 1;
  const std::string text = ScoreOf({answer}).text;
  EXPECT_TRUE(text.ends_with("/1.0")) << text;
  return text.substr(0, text.find('/'));
}

TEST(AnswersTest, ScoresArePrintedWithOneOrTwoDecimalsHalfToEven) {
  EXPECT_EQ(ScoreText(2), "2.0");
  EXPECT_EQ(ScoreText(1.335), "1.33");  // The double is below.
  EXPECT_EQ(ScoreText(1.345), "1.34");  // As this one is.
  EXPECT_EQ(ScoreText(1.005), "1.0");
  EXPECT_EQ(ScoreText(2.34), "2.34");
  EXPECT_EQ(ScoreText(0.125), "0.12");
  EXPECT_EQ(ScoreText(0.375), "0.38");
  EXPECT_EQ(ScoreText(0.625), "0.62");
  EXPECT_EQ(ScoreText(0.5), "0.5");
  EXPECT_EQ(ScoreText(123456789.126), "123456789.13");
  EXPECT_EQ(ScoreText(0.001), "0.0");
  EXPECT_EQ(ScoreText(1e7), "10000000.0");
  EXPECT_EQ(ScoreText(0.996), "1.0");
  EXPECT_EQ(ScoreText(-1.5), "-1.5");
  EXPECT_EQ(ScoreText(-0.001), "-0.0");
  EXPECT_EQ(ScoreText(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(ScoreText(-std::numeric_limits<double>::infinity()), "-∞");
  EXPECT_EQ(ScoreText(std::numeric_limits<double>::max()).size(), 311U);
}

TEST(AnswersTest, SumsAreInTheOrderInWhichTheQuestionsFirstStand) {
  const auto element = [](const char* id, const char* ets, const char* score) {
    return std::string(R"({"ets":)") + ets + R"(,"edata":{"score":)" + score +
           R"(,"item":{"id":")" + id + R"("}}})";
  };
  const std::string text = R"({"events":[)" + element("b", "1", "1e16") + "," +
                           element("a", "5", "1") + "," + element("c", "2", "1") + "," +
                           element("b", "9", "2e16") + "," + element("a", "4", "100") + "]}";
  Arena arena;
  Document document;
  ASSERT_EQ(JsonReader().Read(text, arena, document), nullptr);
  std::vector<Answer> answers;
  ASSERT_FALSE(ReadAnswers(document, arena, answers));
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0].id, "b");
  EXPECT_EQ(answers[0].ets, 9);
  EXPECT_EQ(answers[1].id, "a");
  EXPECT_EQ(answers[1].score, 1);
  EXPECT_EQ(answers[2].id, "c");
  EXPECT_EQ(ScoreOf(answers).total, 2e16 + 1 + 1);
}

TEST(AnswersTest, NumbersBecomeTheTextsThatTheOriginalMakesOfThem) {
  Arena arena;
  const auto id_of = [&](const std::string& json) {
    const std::string text = R"({"events":[{"ets":1,"edata":{"item":{"id":)" + json + "}}}]}";
    Document document;
    EXPECT_EQ(JsonReader().Read(arena.Copy(text), arena, document), nullptr) << json;
    std::vector<Answer> answers;
    EXPECT_FALSE(ReadAnswers(document, arena, answers)) << json;
    return std::string(answers.at(0).id.value_or("(none)"));
  };
  EXPECT_EQ(id_of("5"), "5");
  EXPECT_EQ(id_of("-0"), "0");
  EXPECT_EQ(id_of("12345678901234567890123"), "12345678901234567890123");
  EXPECT_EQ(id_of("1.50"), "1.5");
  EXPECT_EQ(id_of("1e10"), "1.0E10");
  EXPECT_EQ(id_of("false"), "false");
  EXPECT_EQ(id_of("\"\""), "");
  EXPECT_EQ(id_of("null"), "(none)");
}

TEST(AnswersTest, JavaReadsDoubles) {
  EXPECT_EQ(ParseJavaDouble(" 1.5\t"), 1.5);
  EXPECT_EQ(ParseJavaDouble("2d"), 2);
  EXPECT_EQ(ParseJavaDouble("0x1p4"), 16);
  EXPECT_EQ(ParseJavaDouble("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(ParseJavaDouble("NaN").value_or(0)));
  for (const char* text : {"", " ", "abc", "1 2", "1,5", "nan", "0x1", "1e", "--1", "1dd"}) {
    EXPECT_EQ(ParseJavaDouble(text), std::nullopt) << text;
  }
}

TEST(AnswersTest, GsonEscapesWhatHtmlMayMisread) {
  const auto gson = [](const std::string& text) {
    std::string out;
    AppendGsonString(out, text);
    return out;
  };
  EXPECT_EQ(gson("plain é"), "\"plain é\"");
  EXPECT_EQ(gson("<>&='"), R"("\u003c\u003e\u0026\u003d\u0027")");
  EXPECT_EQ(gson("\"\\/\b\f\n\r\t\x01\x1f\x7f"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(gson("a\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"), "\"a\\u2028\\u2029\xE2\x80\xAA\"");
}

TEST(AnswersTest, GsonWritesEveryNumberAsADouble) {
  const std::string text =
      R"({"v":{"a":[1,null,-0,1e20,9007199254740993],"n":null,"b":false,"o":{},"l":[]}})";
  Arena arena;
  Document document;
  ASSERT_EQ(JsonReader().Read(text, arena, document), nullptr);
  std::string out;
  AppendGsonText(out, document.root().Find("v"));
  EXPECT_EQ(out, R"({"a":[1.0,null,-0.0,1.0E20,9.007199254740992E15],"b":false,"o":{},"l":[]})");
}

}  // namespace
}  // namespace sluice::stages
