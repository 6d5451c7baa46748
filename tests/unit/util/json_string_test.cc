#include "util/json_string.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

TEST(JsonStringTest, QuotesBackslashesAndControlCharactersAreEscaped) {
  EXPECT_EQ(JsonString(""), R"("")");
  EXPECT_EQ(JsonString("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(JsonString(std::string("\0\n\t\x1f", 4)), R"("\u0000\u000a\u0009\u001f")");
}

TEST(JsonStringTest, TextBeyondAsciiStaysAsItIs) {
  EXPECT_EQ(JsonString("\u00e9\u20ac\U0001F600\u007f"), "\"\u00e9\u20ac\U0001F600\u007f\"");
}

TEST(JsonStringTest, EveryByteThatIsNotUtf8BecomesAReplacementCharacter) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(JsonString("\xff"
                       "a"),
            "\"" + bad + "a\"");
  EXPECT_EQ(JsonString("\x80"), "\"" + bad + "\"");
  EXPECT_EQ(JsonString("\xe2\x82"), "\"" + bad + bad + "\"") << "cut off";
  EXPECT_EQ(JsonString("\xc0\xaf"), "\"" + bad + bad + "\"") << "overlong";
  EXPECT_EQ(JsonString("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"") << "surrogate";
  EXPECT_EQ(JsonString("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"") << "too large";
  EXPECT_EQ(JsonString("\xe2\x22"), "\"" + bad + "\\\"\"") << "a quote is never swallowed";
}

}  // namespace
}  // namespace sluice
