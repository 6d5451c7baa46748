#include "stages/validate_druid/validate_druid.h"

#include <string>
#include <utility>

#include "codec/text.h"
#include "schema/validation_error_text.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kFlags("/flags");
const Path kProcessed("/flags/dv_processed");
const Path kFailed("/flags/dv_validation_failed");
const Path kMetadata("/metadata");
const Path kError("/metadata/dv_error");
const Path kSource("/metadata/src");

/// What any schema would say of such an eid.
constexpr std::string_view kEidText = "\"/allOf/1/properties/eid\"";
constexpr std::size_t kMaxErrors = 20;

}  // namespace

Status ValidateDruid::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (event.active() && event.readable()) Check(batch, event);
  }
  return Ok();
}

void ValidateDruid::Check(Batch& batch, Event& event) const {
  const Value eid = event.doc().Read(kEid);
  if (eid.exists() && !eid.IsString()) {
    Divert(batch, event, "eid_no_string", kEidText, {});
    return;
  }
  if (settings_.eid_only) return;
  const Schema& schema = SchemaOf(eid);
  const Value root = event.doc().root();
  if (!schema.Accepts(root)) {
    const std::string text = ValidationErrorText(schema.FirstViolation(root));
    const std::string errors = ErrorListText(schema.Errors(root, kMaxErrors));
    Divert(batch, event, "schema_violation", text, batch.arena().Copy(errors));
    return;
  }
  Document& doc = event.edit();
  doc.ForceObject(kFlags);
  doc.SetBool(kProcessed, true);
  batch.Count(settings_.succeeded);
}

const Schema& ValidateDruid::SchemaOf(Value eid) const {
  if (EqualsIgnoreCase(eid.text(), "SEARCH")) return *schemas_.search;
  if (EqualsIgnoreCase(eid.text(), "ME_WORKFLOW_SUMMARY")) return *schemas_.summary;
  return *schemas_.others;
}

void ValidateDruid::Divert(Batch& batch, Event& event, Reason reason, std::string_view text,
                           std::string_view detail) const {
  Document& doc = event.edit();
  doc.ForceObject(kFlags);
  doc.SetBool(kProcessed, false);
  doc.SetBool(kFailed, true);
  doc.ForceObject(kMetadata);
  doc.SetString(kError, text);
  doc.SetString(kSource, "DruidValidator");
  batch.Count(settings_.failed);
  event.Divert(settings_.side_output, reason, {.detail = detail});
}

namespace {

Result<ValidateDruid::Schemas> FindSchemas(const ConfigNode& node, Resources& resources) {
  const std::string directory = node.String("schemas");
  auto registry = resources.Schemas(directory);
  if (!registry) return std::move(registry).error();
  ValidateDruid::Schemas found{.registry = std::move(registry).value()};
  for (const auto& [name, place] :
       {std::pair("search", &found.search), std::pair("me_workflow_summary", &found.summary),
        std::pair("envelope", &found.others)}) {
    *place = found.registry->Find(name);
    if (*place == nullptr) {
      return node.Complain("no " + std::string(name) + ".json under " + directory);
    }
  }
  return found;
}

}  // namespace

StageSpec ValidateDruidSpec() {
  StageSpec spec;
  spec.name = "validate_druid";
  spec.summary =
      "Checks each event against the JSON Schema of what Druid takes; marks the valid ones and "
      "diverts the rest.";
  spec.fields = {{.name = "schemas",
                  .type = FieldType::kString,
                  .description = "Directory of the schemas: search.json, me_workflow_summary.json, "
                                 "and envelope.json for every other event.",
                  .required = true},
                 {.name = "eid_only",
                  .type = FieldType::kBool,
                  .description = "Check and mark nothing; only divert events whose eid is no "
                                 "string, which can't be routed either.",
                  .default_value = "false"},
                 {.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes what is not valid.",
                  .default_value = "failed"}};
  spec.example = "validate_druid: { schemas: schemas/druid }\n";
  spec.reasons = {"schema_violation", "eid_no_string"};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto schemas = FindSchemas(node, resources);
    if (!schemas) return std::move(schemas).error();
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    const ValidateDruid::Settings settings{
        .eid_only = node.Bool("eid_only"),
        .side_output = side_output.value(),
        .succeeded = resources.Counter("validation-success-message-count"),
        .failed = resources.Counter("validation-failed-message-count")};
    return std::unique_ptr<Stage>(new ValidateDruid(std::move(schemas).value(), settings));
  };
  return spec;
}

}  // namespace sluice::stages
