#include "sluice/document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/json_reader.h"
#include "sluice/batch.h"
#include "support/add_event.h"

namespace sluice {
namespace {

class DocumentTest : public ::testing::Test {
 protected:
  Document& Parse(std::string text) {
    text_ = std::move(text);
    EXPECT_EQ(JsonReader().Read(text_, arena_, document_), nullptr);
    return document_;
  }
  std::string Written() const {
    std::string out;
    document_.AppendTo(out);
    return out;
  }
  std::string text_;
  Arena arena_;
  Document document_;
};

TEST_F(DocumentTest, ReadFollowsObjectsOnly) {
  for (const char* text : {R"({"a":{"b":null}})", R"({"a":"x"})", "{}", R"({"a":[{"b":1}]})"}) {
    EXPECT_FALSE(Parse(text).Read(Path("/a/b")).exists()) << text;
  }
  EXPECT_EQ(Parse(R"({"a":{"b":"c"}})").ReadString(Path("/a/b")), "c");
  EXPECT_FALSE(Parse(R"({"a":{"b":5}})").ReadString(Path("/a/b")).has_value());
}

TEST_F(DocumentTest, SetNeedsItsIntermediates) {
  EXPECT_TRUE(Parse(R"({"a":{}})").SetInt(Path("/a/z"), 1));
  EXPECT_EQ(Written(), R"({"a":{"z":1}})");
  for (const char* text : {"{}", R"({"a":"x"})"}) {
    EXPECT_FALSE(Parse(text).SetInt(Path("/a/z"), 1));
    EXPECT_EQ(Written(), text);
  }
  EXPECT_FALSE(Parse(R"({"a":null})").SetInt(Path("/a/z"), 1));
}

TEST_F(DocumentTest, EditsAreSplicedIntoTheSource) {
  Parse(R"({"x": 1.50, "a":{"id":"f:1:b","t":"T"} , "y":[1, 2]})");
  EXPECT_TRUE(document_.SetString(Path("/a/id"), "b"));
  EXPECT_TRUE(document_.SetBool(Path("/flag"), true));
  EXPECT_EQ(Written(), R"({"flag":true,"x": 1.50,"a":{"id":"b","t":"T"},"y":[1, 2]})");
}

TEST_F(DocumentTest, EditsAreSeenByReaders) {
  Parse(R"({"a":{"id":"old"}})");
  document_.SetString(Path("/a/id"), "new");
  document_.SetEmptyObject(Path("/flags"));
  document_.SetBool(Path("/flags/done"), true);
  EXPECT_EQ(document_.ReadString(Path("/a/id")), "new");
  EXPECT_TRUE(document_.Find(Path("/flags/done")).IsTrue());
  EXPECT_EQ(Written(), R"({"flags":{"done":true},"a":{"id":"new"}})");
}

TEST_F(DocumentTest, AnEditOfItsOwnTextIsSafe) {
  Parse(R"({"a":"abcdef"})");
  document_.SetString(Path("/a"), document_.ReadString(Path("/a"))->substr(2));
  EXPECT_EQ(Written(), R"({"a":"cdef"})");
}

TEST_F(DocumentTest, AMemberCanBeRemovedAndSetAgain) {
  Parse(R"({"a":1,"b":2,"c":3})");
  EXPECT_TRUE(document_.Remove(Path("/b")));
  EXPECT_FALSE(document_.Remove(Path("/b")));
  EXPECT_EQ(document_.root().size(), 2U);
  EXPECT_EQ(Written(), R"({"a":1,"c":3})");
  EXPECT_TRUE(document_.SetInt(Path("/b"), 5));
  EXPECT_EQ(Written(), R"({"b":5,"a":1,"c":3})");
  document_.Remove(Path("/b"));
  document_.Remove(Path("/a"));
  document_.Remove(Path("/c"));
  EXPECT_EQ(Written(), "{}");
}

TEST_F(DocumentTest, ANullMemberCanBeReplaced) {
  Parse(R"({"a":null,"b":1})");
  EXPECT_TRUE(document_.EnsureObject(Path("/a")));
  EXPECT_EQ(Written(), R"({"a":{},"b":1})");
}

TEST_F(DocumentTest, EnsureObjectLeavesOtherTypesAlone) {
  EXPECT_FALSE(Parse(R"({"flags":"x"})").EnsureObject(Path("/flags")));
  EXPECT_EQ(Written(), R"({"flags":"x"})");
  EXPECT_TRUE(Parse(R"({"flags":{"a":true}})").EnsureObject(Path("/flags")));
  EXPECT_EQ(document_.version(), 0U);
}

TEST_F(DocumentTest, SetJsonTakesOneValueAndRefusesText) {
  Parse(R"({"a":1})");
  EXPECT_TRUE(document_.SetJson(Path("/b"), R"({"c": [1,null,{"d":null,"e":"x"}], "f":null})"));
  EXPECT_EQ(Written(), R"({"b":{"c":[1,null,{"e":"x"}]},"a":1})");
  EXPECT_TRUE(document_.SetBool(Path("/b/g"), false));
  EXPECT_EQ(Written(), R"({"b":{"g":false,"c":[1,null,{"e":"x"}]},"a":1})");
  for (const char* bad : {"", "{", "1,2", "1,\"x\":2", "1} ", "nul"}) {
    EXPECT_FALSE(document_.SetJson(Path("/b"), bad)) << bad;
  }
}

TEST_F(DocumentTest, StringsAreEscapedAsJacksonDoes) {
  Parse("{}").SetString(Path("/a"), std::string("\"\\\b\t\n\f\r\x01\x1f/é\0", 13));
  EXPECT_EQ(Written(), "{\"a\":\"\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u001F/é\\u0000\"}");
}

TEST_F(DocumentTest, AValueIsWrittenAlone) {
  Parse(R"({"a":{"b":null,"c": [1, 2]},"s":"x\u0041"})");
  std::string out;
  document_.AppendTo(out, document_.Find(Path("/a")));
  EXPECT_EQ(out, R"({"c": [1, 2]})");
  out.clear();
  document_.AppendTo(out, document_.Find(Path("/s")));
  EXPECT_EQ(out, R"("xA")");
}

TEST(BatchTest, ACreatedEventHasThePositionOfItsSourceAndAnOrdinal) {
  Batch batch;
  Event& source = AddEvent(batch, {Position{"in", 3, 42}, "{}"});
  Event* made = batch.Create(source, 7, R"({"eid":"SHARE_ITEM"})");
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->position().ToString(), "in/3/42/7");
  EXPECT_TRUE(made->created());
  EXPECT_EQ(batch.Create(source, 8, "[]"), nullptr);
}

TEST(BatchTest, AnAdoptedEventIsAPartOfItsSourceAndEditedApartFromIt) {
  Batch batch;
  const std::string text = R"({"events":[ {"eid":"A","n":null, "x":[1, 2]} , {"eid":"B"}],"z":1})";
  Event& source = AddEvent(batch, {Position{"in", 0, 7}, text});
  ASSERT_TRUE(source.readable());
  std::vector<Event*> adopted;
  for (const Value element : source.doc().Read(Path("/events"))) {
    adopted.push_back(&batch.Adopt(source, static_cast<std::int64_t>(adopted.size()), element));
  }
  ASSERT_EQ(adopted.size(), 2U);
  EXPECT_EQ(adopted[1]->position().ToString(), "in/0/7/1");
  EXPECT_TRUE(adopted[1]->created());
  EXPECT_TRUE(adopted[1]->active());
  adopted[0]->edit().SetInt(Path("/syncts"), 5);
  adopted[1]->edit().SetString(Path("/eid"), "C");
  adopted[1]->edit().Remove(Path("/none"));
  const auto written = [](const Event& event) {
    std::string out;
    event.doc().AppendTo(out);
    return out;
  };
  EXPECT_EQ(written(*adopted[0]), R"({"syncts":5,"eid":"A","x":[1, 2]})");
  EXPECT_EQ(written(*adopted[1]), R"({"eid":"C"})");
  EXPECT_EQ(adopted[0]->doc().ReadString(Path("/eid")), "A");
}

TEST(PathTest, PointersGoBothWays) {
  EXPECT_EQ(Path("/a~1b/c~0d").names()[0].text, "a/b");
  EXPECT_EQ(Path("/a~1b/c~0d").names()[1].text, "c~d");
  EXPECT_EQ(Path("/a~1b/c~0d").ToString(), "/a~1b/c~0d");
}

}  // namespace
}  // namespace sluice
