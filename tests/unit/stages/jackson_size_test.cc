#include "stages/extract_events/jackson_size.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "codec/json_reader.h"
#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

std::size_t SizeOf(const std::string& json) {
  Arena arena;
  Document document;
  EXPECT_EQ(JsonReader().Read(json, arena, document), nullptr) << json;
  const std::size_t size = JacksonSize(document.root());
  EXPECT_LE(size, MostJacksonSize(json.size())) << json;
  return size;
}

TEST(JavaDoubleTest, WritesAsDoubleToString) {
  EXPECT_EQ(JavaDoubleText(0), "0.0");
  EXPECT_EQ(JavaDoubleText(-0.0), "-0.0");
  EXPECT_EQ(JavaDoubleText(1), "1.0");
  EXPECT_EQ(JavaDoubleText(-100), "-100.0");
  EXPECT_EQ(JavaDoubleText(1.5), "1.5");
  EXPECT_EQ(JavaDoubleText(0.1), "0.1");
  EXPECT_EQ(JavaDoubleText(0.001), "0.001");
  EXPECT_EQ(JavaDoubleText(0.0001), "1.0E-4");
  EXPECT_EQ(JavaDoubleText(0.00123), "0.00123");
  EXPECT_EQ(JavaDoubleText(9999999), "9999999.0");
  EXPECT_EQ(JavaDoubleText(9999999.5), "9999999.5");
  EXPECT_EQ(JavaDoubleText(10000000), "1.0E7");
  EXPECT_EQ(JavaDoubleText(1529499971358), "1.529499971358E12");
  EXPECT_EQ(JavaDoubleText(9007199254740992), "9.007199254740992E15");
  EXPECT_EQ(JavaDoubleText(1e21), "1.0E21");
  EXPECT_EQ(JavaDoubleText(1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(JavaDoubleText(5e-324), "4.9E-324");
  EXPECT_EQ(JavaDoubleText(0.30000000000000004), "0.30000000000000004");
  EXPECT_EQ(JavaDoubleText(HUGE_VAL), "Infinity");
  EXPECT_EQ(JavaDoubleText(-HUGE_VAL), "-Infinity");
  EXPECT_EQ(JavaDoubleText(NAN), "NaN");
}

TEST(JacksonSizeTest, NumbersCountAsDoubles) {
  EXPECT_EQ(SizeOf(R"({"a":1})"), std::string(R"({"a":1.0})").size());
  EXPECT_EQ(SizeOf(R"({"a":1529499971358})"), std::string(R"({"a":1.529499971358E12})").size());
  EXPECT_EQ(SizeOf(R"({"a":1e6})"), std::string(R"({"a":1000000.0})").size());
  EXPECT_EQ(SizeOf(R"({"a":1.50})"), std::string(R"({"a":1.5})").size());
}

TEST(JacksonSizeTest, BlanksAndNullMembersDoNotCount) {
  EXPECT_EQ(SizeOf(R"({ "a" : null , "b" : [ null , true , false , { "c" : null } ] , "d":{}})"),
            std::string(R"({"b":[null,true,false,{}],"d":{}})").size());
  EXPECT_EQ(SizeOf("{}"), 2U);
  EXPECT_EQ(SizeOf(R"({"a":null})"), 2U);
  EXPECT_EQ(SizeOf(R"({"a":1,"a":[]})"), std::string(R"({"a":[]})").size());
}

TEST(JacksonSizeTest, StringsCountAsJacksonEscapesThem) {
  EXPECT_EQ(SizeOf(R"({"a":"\u0041\/\u00e9\ud83d\ude00"})"),
            std::string("{\"a\":\"A/é😀\"}").size());
  EXPECT_EQ(SizeOf(R"({"\"\\":"\b\t\n\f\r\u0000\u001f<>&='"})"),
            std::string(R"({"\"\\":"\b\t\n\f\r\u0000\u001F<>&='"})").size());
  EXPECT_EQ(SizeOf(R"({"a":"\ud800"})"), std::string(R"({"a":"?"})").size());
}

}  // namespace
}  // namespace sluice::stages
