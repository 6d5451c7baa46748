#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "schema/schema_directory.h"
#include "unit/schema/event_generator.h"
#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"
#include "unit/schema/three_tiers.h"

namespace sluice {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLUICE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLUICE_SANITIZED
#endif
#endif

/// Checks per run: SLUICE_SCHEMA_CHECKS, or what takes some seconds.
std::size_t Checks() {
  const char* wanted = std::getenv("SLUICE_SCHEMA_CHECKS");
  if (wanted != nullptr) return std::stoul(wanted);
#ifdef SLUICE_SANITIZED
  return 8'000;
#else
  return 200'000;
#endif
}

/// Schemas whose parts overlap, recur and exclude one another, as the shipped ones hardly do.
const SchemaFolder& TangledSchemas() {
  static const SchemaFolder folder{
      {"merged.json", R"({
        "required": ["a", "f"],
        "allOf": [
          {"type": "object", "properties": {"a": {"type": ["string", "number"]}, "b": {"minLength": 2}},
           "additionalProperties": {"type": ["string", "number", "null"]}},
          {"properties": {"a": {"type": ["number", "null"]}, "c": {"enum": ["x", true, null]}},
           "required": ["b"]}],
        "properties": {"b": {"type": "string", "maxLength": 3}, "id": {"type": "boolean"}}})"},
      {"closed_twice.json", R"({
        "allOf": [
          {"properties": {"id": {}, "type": {"type": "string"}, "x": {}}, "additionalProperties": false},
          {"properties": {"id": {"type": "integer"}, "type": {}, "l1": {}}, "additionalProperties": false}]})"},
      {"impossible.json", R"({
        "properties": {"id": {"allOf": [{"type": "string"}, {"type": "number"}]}, "x": {"type": "integer"}}})"},
      {"forbidden.json", R"({
        "required": ["edata"], "properties": {"id": {"type": "number"}}, "additionalProperties": false})"},
      {"tree.json", R"({
        "type": "object", "required": ["id"],
        "properties": {"id": {"type": "string"}, "x": {"$ref": "#"},
                       "type": {"type": "array", "items": {"$ref": "tree.json#"}, "maxItems": 2}}})"},
      {"choice.json", R"({
        "properties": {
          "id": {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2.5}]},
          "type": {"anyOf": [{"type": "string", "maxLength": 1}, {"$ref": "tree.json"}]},
          "x": {"not": {"type": ["integer", "null"]}},
          "eid": {"oneOf": [{"required": ["id"]}, {"required": ["type"]}]}}})"},
      {"bounds.json", R"({
        "additionalProperties": {
          "minimum": -1, "exclusiveMinimum": true, "maximum": 1000, "minLength": 1, "maxLength": 2,
          "minItems": 1, "maxItems": 1, "items": {"type": "integer", "maximum": 10, "exclusiveMaximum": true}}})"},
      {"anything.json", "{}"},
      {"deep.json", R"({
        "allOf": [{"$ref": "merged.json"}, {"$ref": "bounds.json"}, {"allOf": [{"$ref": "choice.json"}]}]})"},
      {"names.json", R"({
        "required": ["é", "", "id\u0000"],
        "properties": {"é": {"enum": ["a\u0000", "é"]}, "": {"type": "string"}}, "additionalProperties": false,
        "minLength": 1})"},
  };
  return folder;
}

class Differential {
 public:
  explicit Differential(std::uint64_t seed) : generator_(seed) {}

  void Run(const std::filesystem::path& directory, std::size_t checks) {
    const auto registry = Load(directory);
    ASSERT_NE(registry, nullptr);
    const auto& schemas = dynamic_cast<const SchemaDirectory&>(*registry).schemas();
    while (checks_ < checks && disagreements_ < 10) {
      for (const auto& [name, schema] : schemas) Check(name, schema);
    }
    std::printf("%zu checks, %zu accepted\n", checks_, accepted_);
    // Neither side of the border may be rare, else the check means little.
    EXPECT_GT(accepted_, checks_ / 10);
    EXPECT_GT(checks_ - accepted_, checks_ / 10);
  }

 private:
  void Check(const std::string& name, const JsonSchema& schema) {
    const Parsed event(generator_.Next(schema.root()));
    ASSERT_EQ(event.reason, nullptr) << event.text;
    const ThreeTiers verdict(schema, event.root());
    ++checks_;
    accepted_ += verdict.valijson ? 1 : 0;
    if (verdict.Agree()) return;
    ++disagreements_;
    ADD_FAILURE() << name << ": " << verdict.ToString() << "\n" << event.text;
  }

  EventGenerator generator_;
  std::size_t checks_ = 0;
  std::size_t accepted_ = 0;
  std::size_t disagreements_ = 0;
};

TEST(SchemaDifferentialTest, ProgramValijsonAndLocatorAgreeOnTelemetry) {
  Differential(20'240'601).Run(SLUICE_SOURCE_DIR "/schemas/telemetry/3.0", Checks());
}

TEST(SchemaDifferentialTest, ProgramValijsonAndLocatorAgreeOnTangledSchemas) {
  Differential(7).Run(TangledSchemas().path(), Checks() / 4);
}

}  // namespace
}  // namespace sluice
