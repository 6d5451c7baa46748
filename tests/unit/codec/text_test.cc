#include "codec/text.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sluice
