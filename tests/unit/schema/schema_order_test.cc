#include <gtest/gtest.h>

#include <string>

#include "schema/utf16_order.h"
#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"

namespace sluice {
namespace {

TEST(SchemaOrderTest, NamesComeInTheOrderOfTheirUtf16Units) {
  const std::string ordered[] = {"",  "A",      "a", "a\x01",      "aa",     "b",
                                 "é", "\uD7FF", "😀", "\U0010FFFF", "\uE000", "\uFFFD"};
  for (std::size_t i = 0; i < std::size(ordered); ++i) {
    for (std::size_t j = 0; j < std::size(ordered); ++j) {
      EXPECT_EQ(Utf16Less(ordered[i], ordered[j]), i < j) << ordered[i] << " " << ordered[j];
    }
  }
}

TEST(SchemaOrderTest, TheFirstViolationIsTheFirstByNameNotByPlace) {
  const SchemaFolder folder{
      {"s.json", R"({"allOf": [{"additionalProperties": {"type": "string"}}]})"}};
  const auto registry = Load(folder.path());
  const Parsed event(R"({"b":1,"\uffff":1,"a/~":1,"😀":1})");
  const Schema* schema = registry->Find("s");
  EXPECT_EQ(schema->FirstViolation(event.root()).instance_pointer, "/a~1~0");
  const auto errors = schema->Errors(event.root(), 9);
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[2].instance_pointer, "/😀");
}

TEST(SchemaOrderTest, AFailedNodeHidesItsChildren) {
  const SchemaFolder folder{{"s.json", R"({"allOf": [{"properties": {"a": {
      "required": ["x"], "properties": {"b": {"type": "string"}}}}}]})"}};
  const auto registry = Load(folder.path());
  const Parsed event(R"({"a":{"b":1}})");
  const auto errors = registry->Find("s")->Errors(event.root(), 9);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].instance_pointer, "/a");
  EXPECT_EQ(errors[0].keyword, "required");
}

}  // namespace
}  // namespace sluice
