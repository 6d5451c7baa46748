#include "engine/event_trace.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/json_reader.h"

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

}  // namespace
}  // namespace sluice
