#include "codec/lenient_json.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sluice {
namespace {

const char* const kRefused = "refused";

std::string Strict(std::string_view text) { return StrictJsonOf(text).value_or(kRefused); }

std::string Cached(const std::string& text) {
  Arena arena;
  Document document;
  if (!ReadCachedRecord(text, arena, document)) return kRefused;
  std::string out;
  document.AppendTo(out);
  return out;
}

using Table = std::vector<std::pair<std::string, std::string>>;

void ExpectStrict(const Table& table) {
  for (const auto& [text, expected] : table) EXPECT_EQ(Strict(text), expected) << text;
}

TEST(LenientJson, StrictTextStaysWhatItIs) {
  ExpectStrict({{R"({"a":[1,2.50,-0,1e3,"x",true,false,null,{}]})",
                 R"({"a":[1,2.50,-0,1e3,"x",true,false,null,{}]})"},
                {R"( { "a" : 123456789012345 } )", R"({"a":123456789012345})"},
                {"[]", "[]"},
                {"{}", "{}"}});
}

TEST(LenientJson, NumbersKeepTheirDigitsWhereThatIsAskedFor) {
  EXPECT_EQ(Strict("{a:12345678901234567890}"), R"({"a":1.2345678901234567e+19})");
  EXPECT_EQ(
      StrictJsonOf("{a:12345678901234567890,'b':[1.50,1e999,NaN]}", LenientNumbers::kAsWritten),
      R"({"a":12345678901234567890,"b":[1.50,1e999,"NaN"]})");
}

TEST(LenientJson, NamesAndStringsNeedNoQuotesOrSingleOnes) {
  ExpectStrict({{"{'questionType':Registration}", R"({"questionType":"Registration"})"},
                {"{a:b c:d}", kRefused},
                {"{a:'it\\'s', 'b' : \"x'y\"}", R"({"a":"it's","b":"x'y"})"},
                {"[x-y, a.b, @c]", R"(["x-y","a.b","@c"])"}});
}

TEST(LenientJson, OtherSeparatorsAndCommentsPass) {
  ExpectStrict({{"{a=1;b=>2}", R"({"a":1,"b":2})"},
                {"{a:1 # one\n, /* two */ b:2 // end\n}", R"({"a":1,"b":2})"},
                {"{a:1} # done", R"({"a":1})"},
                {"/* open", kRefused},
                {"{a:1 / 2}", kRefused}});
}

TEST(LenientJson, AMissingElementIsNullAndAMissingMemberAnError) {
  ExpectStrict({{"[1,,2,]", "[1,null,2,null]"},
                {"[,]", "[null,null]"},
                {"[;1]", "[null,1]"},
                {"{a:1,}", kRefused},
                {"{,a:1}", kRefused},
                {"{a:}", kRefused},
                {"{a}", kRefused}});
}

TEST(LenientJson, NumbersThatJsonDoesNotKnowAreStrings) {
  ExpectStrict({{"[007,+1,.5,1.,-,0x1F,NaN,Infinity,1e]",
                 R"(["007","+1",".5","1.","-","0x1F","NaN","Infinity","1e"])"},
                {"[1e999,-1e999]", R"(["Infinity","-Infinity"])"},
                {"[9007199254740993]", "[9.007199254740992e+15]"},
                {"[-1234567890123456]", "[-1.234567890123456e+15]"}});
}

TEST(LenientJson, LiteralsAreKnownInAnyCase) {
  ExpectStrict({{"[TRUE,False,nULL,truely]", R"([true,false,null,"truely"])"}});
}

TEST(LenientJson, EscapesAndControlCharactersAreTakenAsTheyCome) {
  ExpectStrict({{"{\"cpu\":\"a\tb\"}", R"({"cpu":"a\tb"})"},
                {R"(["\x\/\"\\\t"])", R"(["x/\"\\\t"])"},
                {R"(["\u0041\u00e9\ud83d\ude00"])", "[\"A\xC3\xA9\xF0\x9F\x98\x80\"]"},
                {R"(["\ud83dx","\ude00","\ud83d\u0041"])", R"(["?x","?","?A"])"},
                {R"(["\u00g0"])", kRefused},
                {R"(["\u00)", kRefused},
                {"['a\\\nb']", R"(["a\nb"])"}});
}

TEST(LenientJson, WhatTheOriginalRefusesIsRefused) {
  ExpectStrict({{"", kRefused},
                {"  ", kRefused},
                {"null", kRefused},
                {"5", kRefused},
                {"\"x\"", kRefused},
                {"x", kRefused},
                {"{a:1} x", kRefused},
                {"{a:1}}", kRefused},
                {"{a:1", kRefused},
                {"[1 2]", kRefused},
                {"['a]", kRefused},
                {"[1}", kRefused}});
}

TEST(LenientJson, ANameMayStandTwiceOnlyBelowTheTop) {
  ExpectStrict({{"{a:1,a:2}", kRefused},
                {"{a:null,a:2}", R"({"a":null,"a":2})"},
                {"{a:{b:1,b:2}}", R"({"a":{"b":1,"b":2}})"}});
}

TEST(LenientJson, AMarkOrAGuardInFrontIsSkipped) {
  ExpectStrict({{"\xEF\xBB\xBF{a:1}", R"({"a":1})"}, {")]}'\n{a:1}", R"({"a":1})"}});
}

TEST(LenientJson, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(Strict("[\"a\xFF\"]"), "[\"a\xEF\xBF\xBD\"]");
}

TEST(LenientJson, WhatIsNestedTooDeeplyIsRefused) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(Strict(nested(1000)), nested(1000));
  EXPECT_EQ(Strict(nested(1001)), kRefused);
  EXPECT_EQ(Strict(nested(1'000'000)), kRefused);
}

TEST(CachedRecord, IsReadWhetherItIsStrictOrNot) {
  EXPECT_EQ(Cached(R"({"name":"N","n":null,"v":1571999041881})"),
            R"({"name":"N","v":1571999041881})");
  EXPECT_EQ(Cached("{name:N}"), R"({"name":"N"})");
  EXPECT_EQ(Cached(R"({"v":9007199254740993})"), R"({"v":9.007199254740992e+15})");
  EXPECT_EQ(Cached(R"({"v":1e999})"), R"({"v":"Infinity"})");
  EXPECT_EQ(Cached(R"({"a":{"b":1,"b":2}})"), R"({"a":{"b":2}})");
  for (const char* text : {"{bad", "null", "[1]", "5", R"({"a":1} x)", R"({"a":1,"a":2})", ""})
    EXPECT_EQ(Cached(text), kRefused) << text;
}

TEST(CachedRecord, NumbersKeepTheirTextWhereThatIsAskedFor) {
  const auto read = [](const std::string& text) -> std::string {
    Arena arena;
    Document document;
    if (!ReadCachedRecord(text, arena, document, LenientNumbers::kAsWritten)) return kRefused;
    std::string json;
    document.AppendTo(json);
    return json;
  };
  const std::string members = R"("a":1234567890123456789,"b":1.0,"c":[-1E+2,1e999,0.10],"d":-0)";
  EXPECT_EQ(read("{" + members + "}"), "{" + members + "}");
  EXPECT_EQ(read("{" + members + ",}"), kRefused);
  EXPECT_EQ(read("{" + members + ",'e':x}"), "{" + members + R"(,"e":"x"})");
  EXPECT_EQ(read("{'a':0x1F,b:01,c:1.,d:NaN}"), R"({"a":"0x1F","b":"01","c":"1.","d":"NaN"})");
  EXPECT_EQ(read(R"([["a",1234567890123456789]])"), R"({"a":1234567890123456789})");
}

TEST(CachedRecord, AnArrayOfPairsIsAnObject) {
  EXPECT_EQ(Cached(R"([["a",1],["b",[2]]])"), R"({"a":1,"b":[2]})");
  EXPECT_EQ(Cached("[]"), "{}");
  EXPECT_EQ(Cached(R"([["a",1],["a",2]])"), kRefused);
  EXPECT_EQ(Cached(R"([["a",1,2]])"), kRefused);
  EXPECT_EQ(Cached(R"([[{},1]])"), kRefused);
}

}  // namespace
}  // namespace sluice
