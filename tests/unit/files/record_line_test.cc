#include "files/record_line.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sluice {
namespace {

std::string ValueLine(std::string_view value) {
  std::string out;
  AppendValueLine(out, {.topic = 0, .key = {}, .value = value, .headers = {}, .position = {}});
  return out;
}

std::string EnvelopeLine(const OutputRecord& record) {
  std::string out;
  AppendEnvelopeLine(out, record);
  return out;
}

TEST(RecordLineTest, AValueIsALine) {
  EXPECT_EQ(ValueLine("{\"a\":1}"), "{\"a\":1}\n");
  EXPECT_EQ(ValueLine(""), "\n");
}

TEST(RecordLineTest, LineBreaksBetweenTokensBecomeSpaces) {
  EXPECT_EQ(ValueLine("{\n \"a\":\r\n\"x\\ny\"\n}"), "{  \"a\":  \"x\\ny\" }\n");
}

TEST(RecordLineTest, LinesBeforeAreLeftAlone) {
  std::string out = "{}\n";
  AppendValueLine(out, {.topic = 0, .key = {}, .value = "[\n]", .headers = {}, .position = {}});
  EXPECT_EQ(out, "{}\n[ ]\n");
}

TEST(RecordLineTest, AnEnvelopeHoldsKeyHeadersAndValue) {
  const std::array headers = {Header{"sluice-position", "in/0/7"}, Header{"q\"", "a\\b\n\x01"}};
  const OutputRecord record{
      .topic = 0, .key = "k\tey", .value = "{\n}", .headers = headers, .position = {}};
  EXPECT_EQ(EnvelopeLine(record),
            "{\"key\":\"k\\u0009ey\",\"headers\":{\"sluice-position\":\"in/0/7\",\"q\\\"\":"
            "\"a\\\\b\\u000a\\u0001\"},\"value\":{ }}\n");
}

TEST(RecordLineTest, ANullKeyIsNoEmptyKey) {
  OutputRecord record{.topic = 0, .key = {}, .value = "1", .headers = {}, .position = {}};
  EXPECT_EQ(EnvelopeLine(record), "{\"key\":null,\"headers\":{},\"value\":1}\n");
  record.key = "";
  EXPECT_EQ(EnvelopeLine(record), "{\"key\":\"\",\"headers\":{},\"value\":1}\n");
}

TEST(RecordLineTest, ANullHeaderIsNoEmptyHeader) {
  const std::array headers = {Header{"a", ""}, Header{"a", std::nullopt}};
  const OutputRecord record{
      .topic = 0, .key = {}, .value = "1", .headers = headers, .position = {}};
  EXPECT_EQ(EnvelopeLine(record),
            "{\"key\":null,\"headers\":{\"a\":\"\",\"a\":null},\"value\":1}\n");
}

TEST(RecordLineTest, BytesOfAKeyThatAreNoTextAreReplaced) {
  const std::string replacement = "\xEF\xBF\xBD";
  const auto quoted = [](std::string_view key) {
    std::string line =
        EnvelopeLine({.topic = 0, .key = key, .value = "1", .headers = {}, .position = {}});
    return line.substr(8, line.find("\",\"headers") - 8);
  };
  for (const char* good : {"k", "\xC3\xA4", "\xE0\xA4\x95", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\x7F"}) {
    EXPECT_EQ(quoted(good), good);
  }
  EXPECT_EQ(quoted("a\xFFz"), "a" + replacement + "z");
  EXPECT_EQ(quoted("\xC3"), replacement);
  EXPECT_EQ(quoted("\xC0\xAF"), replacement + replacement);
  EXPECT_EQ(quoted("\xED\xA0\x80"), replacement + replacement + replacement);
  EXPECT_EQ(quoted("\xE0\x80\x80"), replacement + replacement + replacement);
  EXPECT_EQ(quoted("\xF4\x90\x80\x80"), replacement + replacement + replacement + replacement);
  EXPECT_EQ(quoted("\xE0\xA4"), replacement + replacement);
}

}  // namespace
}  // namespace sluice
