#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"

namespace sluice {
namespace {

using testing::TempDir;

std::string ComplaintAbout(const std::string& schema) {
  return SchemaFolder{{"s.json", schema}}.Complaint();
}

bool Says(const std::string& complaint, const std::string& part) {
  return complaint.find(part) != std::string::npos;
}

TEST(BrokenSchemasTest, AMissingOrEmptyDirectoryIsInvalidConfig) {
  const auto missing = LoadSchemas(TempDir() + "no-such-schemas");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_TRUE(Says(missing.error().message, "no-such-schemas")) << missing.error().message;

  const SchemaFolder empty{{"readme.txt", "{}"}, {".json", "broken"}};
  EXPECT_TRUE(Says(empty.Complaint(), "no *.json file")) << empty.Complaint();
}

TEST(BrokenSchemasTest, AFileThatCannotBeReadIsNamed) {
  const SchemaFolder folder{{"a.json", "{}"}};
  std::filesystem::create_directory(folder.path() / "b.json");
  EXPECT_TRUE(Says(folder.Complaint(), "b.json: can't read")) << folder.Complaint();
}

TEST(BrokenSchemasTest, ASyntaxErrorSaysWhere) {
  const std::string complaint = ComplaintAbout("{\n  \"type\": \"object\",\n  }");
  EXPECT_TRUE(Says(complaint, "s.json: no JSON at line 3, column 3")) << complaint;
  EXPECT_TRUE(Says(ComplaintAbout(""), "no JSON at line 1, column 1"));
  EXPECT_TRUE(Says(ComplaintAbout("{\"type\": \"\xFF\"}"), "no JSON"));
}

TEST(BrokenSchemasTest, WhatIsMistypedIsNamedByItsPointer) {
  const struct {
    std::string schema;
    std::string complaint;
  } cases[] = {
      {"[]", "s.json#: a schema must be"},
      {R"({"type": "strin"})", "#/type: must be array"},
      {R"({"type": "any"})", "#/type: "},
      {R"({"type": []})", "#/type: "},
      {R"({"type": ["string", 5]})", "#/type: "},
      {R"({"required": true})", "#/required: must be a list of strings"},
      {R"({"required": [1]})", "#/required: "},
      {R"({"enum": []})", "#/enum: "},
      {R"({"enum": "a"})", "#/enum: "},
      {R"({"properties": {"a/b": {"minLength": -1}}})", "#/properties/a~1b/minLength: "},
      {R"({"properties": []})", "#/properties: "},
      {R"({"properties": {"a": true}})", "#/properties/a: a schema must be"},
      {R"({"additionalProperties": "no"})", "#/additionalProperties: "},
      {R"({"items": 5})", "#/items: "},
      {R"({"items": [{}, 5]})", "#/items/1: "},
      {R"({"allOf": []})", "#/allOf: "},
      {R"({"allOf": {}})", "#/allOf: "},
      {R"({"oneOf": [{}, []]})", "#/oneOf/1: "},
      {R"({"not": []})", "#/not: "},
      {R"({"minLength": 1.5})", "#/minLength: "},
      {R"({"minimum": "1"})", "#/minimum: "},
      {R"({"minimum": 1e19})", "#/minimum: "},
      {R"({"exclusiveMinimum": true})", "#/exclusiveMinimum: means nothing"},
      {R"({"minimum": 1, "exclusiveMinimum": 1})", "#/exclusiveMinimum: must be true or false"},
      {R"({"multipleOf": 0})", "#/multipleOf: "},
      {R"({"pattern": "("})", "#/pattern: the regular expression `(` can't be used"},
      {R"({"pattern": "(?=a)b"})", "#/pattern: the regular expression `(?=a)b` can't be used"},
      {R"({"pattern": "(a)\\1"})", "#/pattern: the regular expression"},
      {R"({"pattern": "a{1,5000}"})", "#/pattern: the regular expression"},
      {R"({"pattern": 1})", "#/pattern: "},
      {R"({"patternProperties": {"[": {}}})", "#/patternProperties/[: "},
      {R"({"format": 1})", "#/format: "},
      {R"({"uniqueItems": 1})", "#/uniqueItems: "},
      {R"({"dependencies": {"a": [1]}})", "#/dependencies/a: "},
      {R"({"dependencies": {"a": "b"}})", "#/dependencies/a: "},
      {R"({"if": {}})", "#/if: this keyword is not of draft-04"},
      {R"({"propertyNames": {}})", "#/propertyNames: "},
      {R"({"type": "object", "type": "string"})", "#/type: this member stands twice"},
      {R"({"$ref": 5})", "#/$ref: must be a string"},
      {R"({"$ref": "other.json"})", "#/$ref: refers to other.json, which isn't there"},
      {R"({"properties": {"a": {"$ref": "#/definitions/b"}}})", "#/properties/a/$ref: refers to"},
      {R"({"$ref": "#"})", "#/$ref: refers to itself"},
      {R"({"properties": {"a": {"$ref": "#/properties/b"}, "b": {"$ref": "#/properties/a"}}})",
       "refers to itself"},
      {R"({"allOf": [{"$ref": "#"}]})", "without end"},
      {R"({"anyOf": [{"not": {"oneOf": [{"$ref": "s.json"}]}}]})", "without end"},
      {R"({"dependencies": {"a": {"$ref": "#"}}})", "without end"},
  };
  for (const auto& each : cases) {
    const std::string complaint = ComplaintAbout(each.schema);
    EXPECT_TRUE(Says(complaint, each.complaint)) << each.schema << "\n" << complaint;
    EXPECT_TRUE(Says(complaint, "s.json")) << complaint;
  }
}

TEST(BrokenSchemasTest, ALoopOverTwoFilesIsFound) {
  const SchemaFolder folder{{"a.json", R"({"$ref": "b.json"})"},
                            {"b.json", R"({"$ref": "a.json"})"}};
  EXPECT_TRUE(Says(folder.Complaint(), "refers to itself")) << folder.Complaint();
}

TEST(BrokenSchemasTest, SchemasNestedTooDeeplyAreRefusedNotFollowedOffTheStack) {
  std::string nested;
  for (int i = 0; i < 300; ++i) nested += R"({"not":)";
  EXPECT_TRUE(Says(ComplaintAbout(nested + "{}" + std::string(300, '}')), "levels deep"));

  std::string chain = R"({"properties": {)";
  for (int i = 0; i < 300; ++i) {
    chain += "\"p" + std::to_string(i) + R"(": {"not": {"$ref": "#/properties/p)" +
             std::to_string(i + 1) + "\"}},";
  }
  EXPECT_TRUE(Says(ComplaintAbout(chain + "\"p300\": {}}}"), "levels deep"));
}

TEST(BrokenSchemasTest, AReferenceFindsItsFileByTheLastPathSegment) {
  for (const std::string reference :
       {"b.json", "resource:/schemas/telemetry/3.0/b.json", "http://example.org/x/b.json#",
        "b.json#/definitions/text", "./b.json#/definitions/te%78t"}) {
    const SchemaFolder folder{
        {"a.json", R"({"properties": {"x": {"$ref": ")" + reference + R"(", "type": "ignored"}}})"},
        {"b.json", R"({"type": "string", "definitions": {"text": {"type": "string"}}})"}};
    const auto registry = Load(folder.path());
    ASSERT_NE(registry, nullptr) << reference;
    EXPECT_TRUE(registry->Find("a")->Accepts(Parsed(R"({"x":""})").root())) << reference;
    EXPECT_FALSE(registry->Find("a")->Accepts(Parsed(R"({"x":1})").root())) << reference;
  }
}

}  // namespace
}  // namespace sluice
