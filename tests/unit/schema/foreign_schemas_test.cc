#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "schema/json_schema.h"
#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"

namespace sluice {
namespace {

/// A schema of one file, and what it says of objects.
class OneSchema {
 public:
  explicit OneSchema(const std::string& text)
      : folder_{{"s.json", text}}, registry_(Load(folder_.path())) {}

  [[nodiscard]] bool Accepts(const std::string& object) const {
    const Parsed event(object);
    EXPECT_EQ(event.reason, nullptr) << object;
    return registry_->Find("s")->Accepts(event.root());
  }
  [[nodiscard]] bool is_compiled() const {
    return dynamic_cast<const JsonSchema*>(registry_->Find("s"))->compiled() != nullptr;
  }
  [[nodiscard]] const Schema* get() const { return registry_->Find("s"); }

 private:
  SchemaFolder folder_;
  std::shared_ptr<const SchemaRegistry> registry_;
};

TEST(ForeignSchemasTest, WhatTheCompilerDoesNotKnowIsLeftToValijson) {
  const struct {
    std::string schema;
    std::string accepted;
    std::string refused;
  } cases[] = {
      {R"({"pattern": "^a"})", R"({"x":"ab"})", R"({"x":"b"})"},
      {R"({"enum": [1, "a", {"b": [2]}]})", R"({"x":1})", R"({"x":2})"},
      {R"({"enum": [1, "a", {"b": [2]}]})", R"({"x":{"b":[2]}})", R"({"x":{"b":[3]}})"},
      {R"({"uniqueItems": true})", R"({"x":[1,2]})", R"({"x":[1,1]})"},
      {R"({"multipleOf": 2})", R"({"x":4})", R"({"x":5})"},
      {R"({"items": [{"type": "string"}], "additionalItems": false})", R"({"x":["a"]})",
       R"({"x":["a",1]})"},
      {R"({"minProperties": 1})", R"({"x":{"a":1}})", R"({"x":{}})"},
      {R"({"maxProperties": 1})", R"({"x":{"a":1}})", R"({"x":{"a":1,"b":1}})"},
      {R"({"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": false})",
       R"({"x":{"ab":"c"}})", R"({"x":{"b":"c"}})"},
      {R"({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}})", R"({"x":{"a":1,"b":1}})",
       R"({"x":{"c":1}})"},
      {R"({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}})", R"({"x":{"c":1,"d":1}})",
       R"({"x":{"a":1}})"},
      {R"({"format": "date"})", R"({"x":"2024-02-29"})", R"({"x":"yesterday"})"},
      {R"({"type": "string", "format": "date-time"})", R"({"x":"2024-02-29T00:00:00Z"})",
       R"({"x":"2024"})"},
  };
  for (const auto& each : cases) {
    const OneSchema schema(R"({"type": "object", "properties": {"x": )" + each.schema + "}}");
    EXPECT_FALSE(schema.is_compiled()) << each.schema;
    EXPECT_TRUE(schema.Accepts(each.accepted)) << each.schema;
    EXPECT_FALSE(schema.Accepts(each.refused)) << each.schema;
    EXPECT_FALSE(schema.Accepts(each.refused.substr(0, each.refused.size() - 1) + R"(,"x":)" +
                                each.refused.substr(5)))
        << "the last of two names wins: " << each.schema;
  }
}

TEST(ForeignSchemasTest, AnnotationsAndIdsHaveNoEffect) {
  const OneSchema schema(R"({"$schema": "http://json-schema.org/draft-07/schema#",
      "id": "http://example.org/a", "title": 5, "description": [], "default": {}, "x-unit": "ms",
      "properties": {"x": {"id": "http://example.org/b",
                           "type": "number", "format": "date-time"}}})");
  EXPECT_TRUE(schema.is_compiled());
  EXPECT_TRUE(schema.Accepts(R"({"x":1})"));
  EXPECT_FALSE(schema.Accepts(R"({"x":"2024-02-29T00:00:00Z"})"));
}

TEST(ForeignSchemasTest, AFormatMeetsOnlyStrings) {
  for (const std::string type : {R"("type": ["string", "object", "array", "number"],)", ""}) {
    const OneSchema schema(R"({"properties": {"x": {)" + type + R"("format": "date-time"}}})");
    for (const std::string value : {"{}", R"({"a":1})", "[]", "[1]", "5", "1.5"}) {
      EXPECT_TRUE(schema.Accepts(R"({"x":)" + value + "}")) << value;
    }
    EXPECT_FALSE(schema.Accepts(R"({"x":"today"})"));
  }
}

TEST(ForeignSchemasTest, LongTextsDoNotRunARegularExpressionOffTheStack) {
  const std::string text(2'000'000, '1');
  const OneSchema pattern(R"({"properties": {"x": {"pattern": "^(1|2)*$"}}})");
  EXPECT_TRUE(pattern.Accepts(R"({"x":"1221"})"));
  EXPECT_TRUE(pattern.Accepts(R"({"x":")" + text + "\"}"));
  EXPECT_FALSE(pattern.Accepts(R"({"x":")" + text + "3\"}"));
  const OneSchema format(R"({"properties": {"x": {"format": "date"}}})");
  EXPECT_FALSE(format.Accepts(R"({"x":")" + text + "-01-01\"}"));
  const OneSchema names(R"({"patternProperties": {"^(1|2)*$": {"type": "string"}}})");
  EXPECT_TRUE(names.Accepts(R"({"12":"","a":1})"));
  EXPECT_TRUE(names.Accepts("{\"" + text + "\":\"\"}"));
  EXPECT_FALSE(names.Accepts("{\"" + text + "\":1}"));
}

TEST(ForeignSchemasTest, RegularExpressionsTakeLinearTime) {
  const std::string text(50'000, 'a');
  const OneSchema value(R"({"properties": {"x": {"pattern": "^(a+)+$"}}})");
  const OneSchema name(
      R"({"patternProperties": {"^(a|aa|a*)*$": {}}, "additionalProperties": false})");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(value.Accepts(R"({"x":")" + text + "\"}"));
  EXPECT_FALSE(value.Accepts(R"({"x":")" + text + "b\"}"));
  EXPECT_FALSE(name.Accepts("{\"" + text + "b\":1}"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(ForeignSchemasTest, PatternsOfNamesStandBesidePropertiesAndTheRest) {
  const OneSchema schema(
      R"({"definitions": {"tree": {"patternProperties": {"^t": {"$ref": "#/definitions/tree"}},
                                                      "additionalProperties": {"type": "number"}}},
      "properties": {"a1": {"type": "string"}},
      "patternProperties": {"^a": {"minLength": 2}, "1$": {"maxLength": 3}, "^t": {"$ref": "#/definitions/tree"}},
      "additionalProperties": {"type": "boolean"}})");
  for (const char* good : {R"({})", R"({"a1":"xy"})", R"({"b":true})", R"({"a":5})",
                           R"({"t":{"t":{"t":{}},"n":1}})", R"({"a1":"xyz","z1":"xyz"})"}) {
    EXPECT_TRUE(schema.Accepts(good)) << good;
  }
  for (const char* bad : {R"({"a1":"x"})", R"({"a1":"xyzz"})", R"({"a1":5})", R"({"b":1})",
                          R"({"t":{"t":{"n":"x"}}})", R"({"z1":"xyzz"})"}) {
    EXPECT_FALSE(schema.Accepts(bad)) << bad;
  }
}

TEST(ForeignSchemasTest, ARegularExpressionSeesCharacters) {
  const OneSchema schema(R"({"properties": {"x": {"pattern": "^[\\u00e9-\\u00ef]{2}\\.\\/$"}}})");
  EXPECT_TRUE(schema.Accepts(R"({"x":"éê./"})"));
  EXPECT_FALSE(schema.Accepts(R"({"x":"éa./"})"));
}

TEST(ForeignSchemasTest, DeepDocumentsOfRecursiveSchemasAreRead) {
  const OneSchema tree(R"({"properties": {"x": {"$ref": "#"}}, "additionalProperties": false})");
  EXPECT_TRUE(tree.is_compiled());
  std::string open;
  for (int i = 0; i < 900; ++i) open += R"({"x":)";
  EXPECT_TRUE(tree.Accepts(open + "{}" + std::string(900, '}')));
  const std::string refused = open + "{\"y\":1}" + std::string(900, '}');
  EXPECT_FALSE(tree.Accepts(refused));
  EXPECT_EQ(tree.get()->FirstViolation(Parsed(refused).root()).instance_pointer.size(), 1800U);
}

TEST(ForeignSchemasTest, ARefusalByAnOpaqueKeywordIsSaidOfTheWhole) {
  const OneSchema schema(R"({"properties": {"x": {"pattern": "^a"}}})");
  const Parsed event(R"({"x":"b"})");
  EXPECT_EQ(schema.get()->FirstViolation(event.root()).part, SchemaViolation::Part::kRoot);
  const auto errors = schema.get()->Errors(event.root(), 5);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].keyword, "schema");
}

}  // namespace
}  // namespace sluice
