#include "stages/flatten_share/share_item.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "codec/json_reader.h"

namespace sluice::stages {
namespace {

class ShareItemTest : public ::testing::Test {
 protected:
  /// The number that Java reads in the text form of a JSON value.
  double Parsed(const std::string& json) {
    const std::string_view text = arena_.Copy("{\"v\":" + json + "}");
    Document document;
    EXPECT_EQ(JsonReader().Read(text, arena_, document), nullptr) << json;
    return ParseJavaDouble(document.root().Find("v"));
  }
  double ParsedText(const std::string& text) {
    std::string json;
    AppendJsonString(json, text);
    return Parsed(json);
  }

  Arena arena_;
};

TEST_F(ShareItemTest, NumbersAndTheirTextsAreRead) {
  EXPECT_EQ(Parsed("10"), 10);
  EXPECT_EQ(Parsed("-1.5e3"), -1500);
  EXPECT_EQ(ParsedText("7.5"), 7.5);
  EXPECT_EQ(ParsedText("+7"), 7);
  EXPECT_EQ(ParsedText(".5"), 0.5);
  EXPECT_EQ(ParsedText("5."), 5);
  EXPECT_EQ(ParsedText("1E+2"), 100);
}

TEST_F(ShareItemTest, BlanksSuffixesAndHexadecimalAreJava) {
  EXPECT_EQ(ParsedText(" \t7\n\x01"), 7);
  EXPECT_EQ(ParsedText("7d"), 7);
  EXPECT_EQ(ParsedText("7F"), 7);
  EXPECT_EQ(ParsedText("1e2f"), 100);
  EXPECT_EQ(ParsedText("0x1.8p1"), 3);
  EXPECT_EQ(ParsedText("0X10P-1d"), 8);
}

TEST_F(ShareItemTest, EverythingElseIsZero) {
  for (const char* text : {"",    " ",    "x",   "7x",  "7 8",      "1e",      "1e+",   "--1",
                           "+",   ".",    "d",   "0x",  "0x1",      "0x1f",    "1_000", "1,5",
                           "7dd", "NaNd", "nan", "inf", "infinity", "\u00A07", "0x1p"}) {
    EXPECT_EQ(ParsedText(text), 0) << '"' << text << '"';
  }
  for (const char* json : {"true", "null", "{}", "[1]"}) EXPECT_EQ(Parsed(json), 0) << json;
}

TEST_F(ShareItemTest, TheNamesOfNoNumberAreRead) {
  EXPECT_TRUE(std::isnan(ParsedText("NaN")));
  EXPECT_TRUE(std::isnan(ParsedText("-NaN")));
  EXPECT_EQ(ParsedText("Infinity"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParsedText("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParsedText("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParsedText("1e-400"), 0);
}

}  // namespace
}  // namespace sluice::stages
