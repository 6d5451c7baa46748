#include "config/expand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace sluice {
namespace {

using testing::HasSubstr;

Expansion ExpandWith(std::string_view text, const std::map<std::string, std::string>& variables) {
  return Expand(text, [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

std::string Text(std::string_view text, const std::map<std::string, std::string>& variables = {}) {
  const Expansion expansion = ExpandWith(text, variables);
  EXPECT_EQ(expansion.problem, "");
  return expansion.text;
}

std::string Problem(std::string_view text,
                    const std::map<std::string, std::string>& variables = {}) {
  return ExpandWith(text, variables).problem;
}

TEST(ExpandTest, AVariableIsReplacedWhereverItStands) {
  EXPECT_EQ(Text("${A}", {{"A", "x"}}), "x");
  EXPECT_EQ(Text("<${A}-${B}>", {{"A", "x"}, {"B", "y"}}), "<x-y>");
  EXPECT_EQ(Text("no variable, $A, {B}, $"), "no variable, $A, {B}, $");
}

TEST(ExpandTest, ADefaultStandsInForAnUnsetOrEmptyVariable) {
  EXPECT_EQ(Text("${A:-d}"), "d");
  EXPECT_EQ(Text("${A:-d}", {{"A", ""}}), "d");
  EXPECT_EQ(Text("${A:-d}", {{"A", "x"}}), "x");
  EXPECT_EQ(Text("${A:-}"), "");
  EXPECT_EQ(Text("${A:-redis://h:1}"), "redis://h:1");
}

TEST(ExpandTest, ADefaultMayHoldVariables) {
  EXPECT_EQ(Text("${A:-${B:-c}-d}"), "c-d");
  EXPECT_EQ(Text("${A:-${B:-c}-d}", {{"B", "x"}}), "x-d");
  EXPECT_EQ(Text("${A:-${B}}", {{"A", "x"}}), "x");
  EXPECT_THAT(Problem("${A:-${B}}"), HasSubstr("variable B is not set"));
}

TEST(ExpandTest, AnEmptyVariableWithoutDefaultIsEmpty) {
  EXPECT_EQ(Text("[${A}]", {{"A", ""}}), "[]");
}

TEST(ExpandTest, AnUnsetVariableSaysWhatToDo) {
  EXPECT_EQ(Problem("${A}"),
            "the environment variable A is not set: set it, or write ${A:-default}");
  EXPECT_EQ(Problem("${A:?}"),
            "the environment variable A is not set: set it, or write ${A:-default}");
}

TEST(ExpandTest, TheFilesOwnMessageIsShown) {
  EXPECT_EQ(Problem("${A:?name the cluster}"),
            "the environment variable A is not set: name the cluster");
  EXPECT_THAT(Problem("${A:?name the cluster}", {{"A", ""}}), HasSubstr("name the cluster"));
  EXPECT_EQ(Text("${A:?name the cluster}", {{"A", "x"}}), "x");
}

TEST(ExpandTest, WhatIsNoVariableIsRefused) {
  for (const char* text : {"${}", "${1A}", "${A-b}", "${A:b}", "${A B}", "${A:+b}", "${A.b}"}) {
    EXPECT_THAT(Problem(text, {{"A", "x"}}), HasSubstr("is no variable")) << text;
  }
  EXPECT_THAT(Problem("${A"), HasSubstr("without `}`"));
  EXPECT_THAT(Problem("${A:-${B}", {{"B", "x"}}), HasSubstr("without `}`"));
}

TEST(ExpandTest, TwoDollarsStandForOne) {
  EXPECT_EQ(Text("$${A}", {{"A", "x"}}), "${A}");
  EXPECT_EQ(Text("$${A}${A}", {{"A", "x"}}), "${A}x");
}

TEST(ExpandTest, AValueIsNotExpandedAgain) {
  EXPECT_EQ(Text("${A}", {{"A", "${B}"}, {"B", "y"}}), "${B}");
}

TEST(ExpandTest, AVariableWhoseNameSaysSoIsSecret) {
  for (const char* name : {"REDIS_PASSWORD", "redis_password", "A_SECRET_B", "API_KEY", "TOKEN"}) {
    EXPECT_TRUE(ExpandWith("${" + std::string(name) + ":-x}", {}).secret) << name;
  }
  EXPECT_TRUE(ExpandWith("${A:-${TOKEN}}", {{"TOKEN", "t"}}).secret);
  EXPECT_FALSE(ExpandWith("${REDIS_URL:-x}", {}).secret);
}

}  // namespace
}  // namespace sluice
