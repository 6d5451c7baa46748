#include "codec/json_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace sluice {
namespace {

using namespace std::string_literals;

struct Read {
  explicit Read(std::string input) : text(std::move(input)) {
    reason = JsonReader().Read(text, arena, document);
  }
  std::string Written() const {
    std::string out;
    document.AppendTo(out);
    return out;
  }
  std::string text;
  Arena arena;
  Document document;
  Reason reason;
};

std::string Written(std::string text) {
  Read read(std::move(text));
  return read.reason == nullptr ? read.Written() : "unreadable: "s + read.reason;
}

std::string Nested(int levels) {
  return "{\"a\":" + std::string(static_cast<std::size_t>(levels - 1), '[') +
         std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
}

TEST(JsonReaderTest, WhatIsNotChangedIsWrittenByteForByte) {
  for (const std::string text :
       {R"({})", R"({"a":1})", R"({ "a" : 1.50e+1 , "b":[ ] })", R"({"é":"\u00e9\/","x":-0.0})",
        R"({"n":123456789012345678901234567890,"s":"a\"b\\"})"}) {
    EXPECT_EQ(Written(text), text);
  }
}

TEST(JsonReaderTest, NullMembersAreLeftOutAndNullElementsStay) {
  EXPECT_EQ(Written(R"({"a":null,"b":{"c":null,"d":[null,{"e":null}]},"f":[]})"),
            R"({"b":{"d":[null,{}]},"f":[]})");
  EXPECT_EQ(Written(R"({ "a" : 1 , "b" : null , "c" : 2 })"), R"({"a" : 1,"c" : 2})");
  EXPECT_EQ(Written(R"({"a":1,"b":null})"), R"({"a":1})");
}

TEST(JsonReaderTest, NullMembersAreSeenByReaders) {
  Read read(R"({"a":null})");
  EXPECT_TRUE(read.document.Find(Path("/a")).IsNull());
  EXPECT_FALSE(read.document.Read(Path("/a")).exists());
  EXPECT_EQ(read.document.root().size(), 1U);
}

TEST(JsonReaderTest, TheLastOfEqualNamesWins) {
  EXPECT_EQ(Written(R"({"a":1,"b":2,"a":3})"), R"({"b":2,"a":3})");
  EXPECT_EQ(Written(R"({"a":1,"a":null})"), R"({})");
  Read read(R"({"a":{"x":1},"a":"s"})");
  EXPECT_EQ(read.document.root().size(), 1U);
  EXPECT_EQ(read.document.Find(Path("/a")).text(), "s");
}

TEST(JsonReaderTest, EqualNamesAreFoundInLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  Read read(text + "\"k7\":1}");
  EXPECT_EQ(read.document.root().size(), 100U);
  EXPECT_EQ(read.document.Find(Path("/k7")).text(), "1");
}

TEST(JsonReaderTest, NamesWithEqualHashesAreToldApart) {
  // HashName looks at the first and the last eight bytes.
  std::string text = "{";
  for (int i = 10'000; i < 50'000; ++i) {
    text += "\"prefix__" + std::to_string(i) + "__suffix\":0,";
  }
  Read read(text + "\"prefix__10007__suffix\":1}");
  EXPECT_EQ(read.document.root().size(), 40'000U);
  EXPECT_EQ(read.document.Find(Path("/prefix__10007__suffix")).text(), "1");
}

TEST(JsonReaderTest, TextAfterTheValueIsIgnored) {
  EXPECT_EQ(Written("{\"a\":1} junk"), "{\"a\":1}");
  EXPECT_EQ(Written("{\"a\":1}{}"), "{\"a\":1}");
  EXPECT_EQ(Written("{\"a\":1}\xff"), "{\"a\":1}");
}

TEST(JsonReaderTest, ByteOrderMarkAndWideEncodingsAreRead) {
  EXPECT_EQ(Written("\xEF\xBB\xBF{\"a\":1}"), "{\"a\":1}");
  EXPECT_EQ(Written("{\0\"\0a\0\"\0:\0\x31\0}\0"s), "{\"a\":1}");
  EXPECT_EQ(Written("\xFE\xFF\0{\0\"\0a\0\"\0:\0\xe9\0\"\0}"s), "unreadable: invalid_json");
  EXPECT_EQ(Written("\xFE\xFF\0{\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}"s), "{\"a\":\"é\"}");
  EXPECT_EQ(Written("\0\0\0{\0\0\0}"s), "{}");
}

TEST(JsonReaderTest, ALoneSurrogateBecomesAQuestionMark) {
  EXPECT_EQ(Written(R"({"a":"\ud800x"})"), R"({"a":"?x"})");
  EXPECT_EQ(Written(R"({"a":"x\uDFFF"})"), R"({"a":"x?"})");
  EXPECT_EQ(Written(R"({"a":"\ud800\ud83d\ude00"})"), R"({"a":"?\ud83d\ude00"})");
  EXPECT_EQ(Written(R"({"a":"\\ud800"})"), R"({"a":"\\ud800"})");
}

TEST(JsonReaderTest, IntegersOfAnyLengthKeepEveryDigit) {
  const std::string text = "{\"a\":[" + std::string(400, '7') + ",1],\"b\":2}";
  Read read(text);
  ASSERT_EQ(read.reason, nullptr);
  EXPECT_EQ(read.Written(), text);
  EXPECT_EQ((*read.document.Find(Path("/a")).begin()).text().size(), 400U);
  EXPECT_EQ(read.document.Find(Path("/b")).text(), "2");
}

TEST(JsonReaderTest, ANumberThatIsNotFiniteIsUnreadable) {
  for (const char* literal : {"1e400", "-1e400", "9e308", "1e0000309"}) {
    EXPECT_EQ(Written("{\"a\":"s + literal + "}"), "unreadable: number_out_of_range") << literal;
  }
  for (const char* literal : {"1e308", "1e-400", "0e999", "0.0001e311"}) {
    EXPECT_EQ(Written("{\"a\":"s + literal + "}"), "{\"a\":"s + literal + "}");
  }
  EXPECT_EQ(Written("{\"a\":" + std::string(400, '7') + ".5}"), "unreadable: number_out_of_range");
}

TEST(JsonReaderTest, AThousandLevelsAreReadAndMoreAreNot) {
  EXPECT_EQ(Read(Nested(1000)).reason, nullptr);
  EXPECT_STREQ(Read(Nested(1001)).reason, unreadable::kTooDeep);
  EXPECT_STREQ(Read("{\"a\":" + std::string(200'000, '[')).reason, unreadable::kTooDeep);
}

TEST(JsonReaderTest, AMillionValuesAreReadAndMoreAreNot) {
  const auto list_of = [](std::size_t count) {
    std::string text = R"({"a":[0)";
    for (std::size_t i = 1; i < count; ++i) text += ",0";
    return text + "]}";
  };
  for (const auto form : {JsonReader::Form::kEvent, JsonReader::Form::kBatch}) {
    Arena arena;
    Document document;
    // The object and the list are two of them.
    EXPECT_EQ(JsonReader().Read(list_of(JsonReader::kMaxValues - 2), arena, document, form),
              nullptr);
    EXPECT_STREQ(JsonReader().Read(list_of(JsonReader::kMaxValues - 1), arena, document, form),
                 "too_many_values");
  }
}

TEST(JsonReaderTest, WhatIsNoObjectIsUnreadable) {
  for (const char* text : {"[]", "\"x\"", "5", "true", "null"}) {
    EXPECT_STREQ(Read(text).reason, unreadable::kNotAnObject) << text;
  }
  for (const char* text :
       {"", " ", "{bad", "{\"a\":01}", "{'a':1}", "{\"a\":1,}", "{\"a\":+1}", "{\"a\":.5}",
        "{\"a\":1.}", "{\"a\":NaN}", "{\"a\":\"\x01\"}", "/**/{}"}) {
    EXPECT_STREQ(Read(text).reason, unreadable::kInvalidJson) << text;
  }
  EXPECT_STREQ(Read("{\"a\":\"\xC0\xAF\"}").reason, unreadable::kInvalidUtf8);
}

TEST(JsonReaderTest, EscapesAreDecodedWhereverTheyStand) {
  // Runs shorter and longer than the 16 bytes that are scanned at a time, between two escapes.
  const std::pair<std::string, std::string> escapes[] = {
      {"\\n", "\n"}, {"\\\"", "\""}, {"\\u00e9", "é"}, {"\\u20ac", "€"}, {"\\ud83d\\ude00", "😀"}};
  for (const auto& [first, decoded_first] : escapes) {
    for (const auto& [second, decoded_second] : escapes) {
      for (std::size_t length = 0; length < 70; ++length) {
        const std::string run(length, 'r');
        const auto between = [&run](const std::string& one, const std::string& other) {
          return std::string(run).append(one).append(run).append(other).append(run);
        };
        const Read read("{\"k\":\"" + between(first, second) + "\",\"z\":1}");
        const std::string decoded = between(decoded_first, decoded_second);
        ASSERT_EQ(read.reason, nullptr) << read.text;
        EXPECT_EQ(read.document.ReadString(Path("/k")), decoded) << read.text;
        EXPECT_EQ(read.document.Find(Path("/z")).AsInt64(), 1) << read.text;
      }
    }
  }
}

TEST(JsonReaderTest, RawControlCharactersAreRefusedWhereverTheyStand) {
  for (char control = 1; control < 0x20; ++control) {
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string text =
          "{\"a\":\"" + std::string(before, 'x') + control + std::string(40, 'y') + "\"}";
      EXPECT_STREQ(Read(text).reason, unreadable::kInvalidJson)
          << int{control} << " after " << before;
    }
  }
}

TEST(JsonReaderTest, AnUnreadableTextGivesAnEmptyObject) {
  Read read("{bad");
  EXPECT_EQ(read.Written(), "{}");
  EXPECT_TRUE(read.document.EnsureObject(Path("/flags")));
  EXPECT_EQ(read.Written(), R"({"flags":{}})");
}

TEST(ValueTest, NumbersConvertAsInJava) {
  Read read(
      R"({"a":1577278682630.9,"b":9223372036854775808,"c":1e30,"d":-1e30,"e":1.57727868263E12})");
  EXPECT_EQ(read.document.Find(Path("/a")).AsInt64(), 1577278682630);
  EXPECT_EQ(read.document.Find(Path("/b")).AsInt64(), INT64_MIN);
  EXPECT_EQ(read.document.Find(Path("/c")).AsInt64(), INT64_MAX);
  EXPECT_EQ(read.document.Find(Path("/d")).AsInt64(), INT64_MIN);
  EXPECT_EQ(read.document.Find(Path("/e")).AsInt64(), 1577278682630);
}

}  // namespace
Reason ReadBatch(std::string_view text) {
  Arena arena;
  Document document;
  return JsonReader().Read(text, arena, document, JsonReader::Form::kBatch);
}

TEST(JsonReaderOfBatches, TextAfterTheValueIsRefused) {
  EXPECT_EQ(ReadBatch("{\"a\":1} \n"), nullptr);
  EXPECT_STREQ(ReadBatch("{\"a\":1} x"), unreadable::kTrailingText);
  EXPECT_STREQ(ReadBatch("{\"a\":1}}"), unreadable::kTrailingText);
}

TEST(JsonReaderOfBatches, ASecondMemberAtTheTopIsRefusedUnlessTheFirstIsNull) {
  EXPECT_STREQ(ReadBatch(R"({"syncts":1,"syncts":2})"), unreadable::kRepeatedName);
  EXPECT_EQ(ReadBatch(R"({"syncts":null,"syncts":2})"), nullptr);
  EXPECT_EQ(ReadBatch(R"({"params":{"a":1,"a":2}})"), nullptr);
}

TEST(JsonReaderOfBatches, ANumberThatNoDoubleHoldsIsLeftToTheEventThatHasIt) {
  EXPECT_EQ(ReadBatch(R"({"events":[{"v":1e999}]})"), nullptr);
}

TEST(JsonReaderOfBatches, BytesThatAreNoUtf8AreReplacedAndAMarkIsRefused) {
  EXPECT_EQ(ReadBatch("{\"a\":\"\xFF\"}"), nullptr);
  EXPECT_NE(ReadBatch("\xEF\xBB\xBF{}"), nullptr);
}

}  // namespace sluice
