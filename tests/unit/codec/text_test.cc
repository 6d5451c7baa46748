#include "codec/text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sluice {
namespace {

TEST(TextTest, CaseMappingIsFull) {
  Arena arena;
  EXPECT_EQ(ToUpper("straße é", arena), "STRASSE É");
  EXPECT_EQ(ToUpper("z9-a{`", arena), "Z9-A{`");
  EXPECT_EQ(ToLower("IMPRESSION"), "impression");
  EXPECT_EQ(ToLower("networ\u212a"), "network");
}

TEST(TextTest, EqualsIgnoreCaseGoesUnitByUnit) {
  EXPECT_TRUE(EqualsIgnoreCase("DialCode", "dialcode"));
  EXPECT_TRUE(EqualsIgnoreCase("d\u0131alcode", "DialCode"));
  EXPECT_TRUE(EqualsIgnoreCase("D\u0130ALCODE", "DialCode"));
  EXPECT_FALSE(EqualsIgnoreCase("ß", "ss"));
}

TEST(TextTest, BlankIsJavasWhiteSpace) {
  EXPECT_TRUE(IsBlank("")) << "and so is nothing";
  EXPECT_TRUE(IsBlank(" \t\x1c\u1680\u2000\u2028\u205f\u3000"));
  for (const char* text :
       {"a", "\u00a0", "\u2007", "\u202f", "\u0085", "\u180e", "\u200b", "\ufeff"}) {
    EXPECT_FALSE(IsBlank(text)) << text;
  }
}

TEST(TextTest, IllFormedPartsAreReplacedOneByOne) {
  EXPECT_EQ(ReplaceIllFormed("a\xFF\xE2\x82z"), "a\uFFFD\uFFFDz");
  EXPECT_TRUE(IsWellFormed("é"));
  EXPECT_FALSE(IsWellFormed("\xED\xA0\x80"));
}

/// What Java 11 and 17 make of the same bytes (new String(bytes, UTF_8)).
TEST(TextTest, AnEncodedSurrogateIsOneIllFormedPartAsInJava) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a\xED\xA0\x80z", "a\uFFFDz"},
      {"\xED\xA0\x80\xED\xB0\x80", "\uFFFD\uFFFD"},
      {"\xED\xBF\xBF", "\uFFFD"},
      {"a\xED\xA0z", "a\uFFFDz"},
      {"a\xED\xA0", "a\uFFFD"},
      {"a\xED", "a\uFFFD"},
      {"\xED\xBF\xED\xA0\x80", "\uFFFD\uFFFD"},
      {"\xED\xA0\x80\x80", "\uFFFD\uFFFD"},
      {"\xE0\xED\xA0\x80", "\uFFFD\uFFFD"},
      {"\xF1\x80\x80\xED\xA0\x80", "\uFFFD\uFFFD"},
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xC0\xAF", "\uFFFD\uFFFD"},
      {"\xED\x9F\xBF\xFF", "\xED\x9F\xBF\uFFFD"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(ReplaceIllFormed(bytes), text);
  }
}

}  // namespace
}  // namespace sluice
