#include "engine/event_trace.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "codec/json_reader.h"
#include "support/add_event.h"

namespace sluice {
namespace {

std::string Changes(std::string_view before, std::string_view after) {
  Arena arena;
  Document document;
  EXPECT_EQ(JsonReader().Read(after, arena, document), nullptr) << after;
  return ChangesBetween(before, document);
}

TEST(EventTrace, TheSameEventHasNoChanges) {
  EXPECT_EQ(Changes(R"({"a":1,"b":[1,{"c":2}],"d":{"e":"f"}})",
                    R"({"d":{"e":"f"},"a":1,"b":[1,{"c":2}]})"),
            "");
}

TEST(EventTrace, ChangesNameTheMemberThatChanged) {
  EXPECT_EQ(Changes(R"({"a":1,"d":{"e":"f","g":[1]}})", R"({"a":1,"d":{"e":"x","g":[2]}})"),
            "sets /d/e, sets /d/g");
}

TEST(EventTrace, WhatIsAddedIsSetAsAWhole) {
  EXPECT_EQ(Changes(R"({"a":1})", R"({"a":1,"flags":{"x":true,"y":false}})"), "sets /flags");
}

TEST(EventTrace, RemovedAndNullMembersAreGone) {
  EXPECT_EQ(Changes(R"({"a":1,"b":2,"c":{"d":3}})", R"({"a":null,"c":{}})"),
            "removes /c/d, removes /a, removes /b");
}

TEST(EventTrace, AnObjectInPlaceOfATextIsSet) {
  EXPECT_EQ(Changes(R"({"a":"text"})", R"({"a":{"b":1}})"), "sets /a");
}

TEST(EventTrace, WhatAStageWritesStandsInFrontOfWhatItDidToTheEvent) {
  Outbox outbox;
  std::ostringstream out;
  EventTrace trace(out);
  trace.Watch(outbox, {});
  const std::string text = R"({"a":1})";
  const Record record{{"in", 0, 7}, text};
  Batch batch;
  Event& event = AddEvent(batch, record);
  trace.Begin("p", batch);
  trace.Wrote("users", "HSET user:1 a=\"b\"");
  trace.Wrote("count", "HINCRBY c f 1");
  event.edit().SetInt(Path("/b"), 2);
  trace.After("first", batch);
  trace.After("second", batch);
  const std::string head =
      std::string("in/0/7") + std::string(24, ' ') + "p" + std::string(25, ' ');
  const std::string first = head + "first" + std::string(21, ' ');
  EXPECT_EQ(out.str(), first + "writes to users: HSET user:1 a=\"b\"\n" + first +
                           "writes to count: HINCRBY c f 1\n" + first + "sets /b\n" + head +
                           "second" + std::string(20, ' ') + "-\n");
}

TEST(EventTrace, TwoBatchesThatAreUnderWayAreToldApart) {
  Outbox outbox;
  std::ostringstream out;
  EventTrace trace(out);
  trace.Watch(outbox, {});
  const std::string text = R"({"a":1})";
  const Record first_record{{"in", 0, 0}, text};
  const Record second_record{{"in", 0, 1}, text};
  Batch first;
  Batch second;
  Event& of_first = AddEvent(first, first_record);
  AddEvent(second, second_record);
  trace.Begin("one", first);
  of_first.edit().SetInt(Path("/b"), 2);
  trace.Begin("two", second);
  trace.After("stage", first);
  trace.After("stage", second);
  const std::string lines = out.str();
  EXPECT_NE(lines.find("sets /b"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("made here"), std::string::npos) << lines;
  EXPECT_LT(lines.find("one"), lines.find("two")) << lines;
}

}  // namespace
}  // namespace sluice
