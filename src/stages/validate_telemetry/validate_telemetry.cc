#include "stages/validate_telemetry/validate_telemetry.h"

#include <algorithm>
#include <array>

#include "codec/text.h"
#include "schema/validation_error_text.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kFlags("/flags");
const Path kFlag("/flags/pp_validation_processed");
const Path kType("/type");
const Path kMetadata("/metadata");
const Path kValidationError("/metadata/validation_error");
const Path kSource("/metadata/src");
const Path kRawEvent("/metadata/raw_event");

constexpr std::string_view kSchemaNotFound =
    "Schema not found: eid looks incorrect, sending to failed";
constexpr std::string_view kEnvelope = "envelope";
constexpr std::size_t kMaxErrors = 20;
/// Letter cases make the spellings of an eid nearly endless.
constexpr std::size_t kMaxKnown = 256;

constexpr std::array<std::string_view, 18> kEventTypes = {
    "assess",   "audit",     "cb_audit",   "end",      "error",     "exdata",
    "feedback", "heartbeat", "impression", "interact", "interrupt", "log",
    "metrics",  "response",  "search",     "share",    "start",     "summary"};

}  // namespace

Status ValidateTelemetry::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    if (!event.readable()) {
      RejectUnreadable(batch, event);
      continue;
    }
    const Schema* schema = SchemaOf(event);
    if (schema == nullptr || !schema->Accepts(event.doc().root())) {
      Reject(batch, event, schema);
      continue;
    }
    Document& doc = event.edit();
    if (doc.EnsureObject(kFlags)) doc.SetBool(kFlag, true);
    doc.SetString(kType, "events");
    batch.Count(settings_.succeeded);
  }
  return Ok();
}

const Schema* ValidateTelemetry::SchemaOf(const Event& event) {
  const Value eid = event.doc().Read(kEid);
  if (!eid.exists()) return schemas_->Find(kEnvelope);
  if (!eid.IsString()) return nullptr;
  const auto at = known_.find(eid.text());
  if (at != known_.end()) return at->second;
  const Schema* schema = Lookup(eid.text());
  if (schema != nullptr && known_.size() < kMaxKnown) known_.emplace(eid.text(), schema);
  return schema;
}

const Schema* ValidateTelemetry::Lookup(std::string_view eid) const {
  const std::string name = ToLower(eid);
  if (settings_.event_types_only && std::ranges::find(kEventTypes, name) == kEventTypes.end()) {
    return nullptr;
  }
  return schemas_->Find(name);
}

void ValidateTelemetry::Reject(Batch& batch, Event& event, const Schema* schema) {
  batch.Count(settings_.failed);
  if (schema == nullptr) {
    Divert(event, "schema_not_found", kSchemaNotFound, {});
    return;
  }
  const Value root = event.doc().root();
  const std::string text = ValidationErrorText(schema->FirstViolation(root));
  const std::string errors = ErrorListText(schema->Errors(root, kMaxErrors));
  Divert(event, "schema_violation", text, batch.arena().Copy(errors));
}

void ValidateTelemetry::RejectUnreadable(Batch& batch, Event& event) {
  batch.Count(settings_.failed);
  Document& doc = event.edit();
  doc.EnsureObject(kMetadata);
  if (!event.raw().empty()) doc.SetString(kRawEvent, ReplaceIllFormed(event.raw()));
  // What the original says of the empty event that it makes of such bytes.
  const SchemaViolation missing{SchemaViolation::Part::kRoot, "", ""};
  Divert(event, event.unreadable_reason(), ValidationErrorText(missing), {});
}

void ValidateTelemetry::Divert(Event& event, Reason reason, std::string_view text,
                               std::string_view detail) {
  Document& doc = event.edit();
  if (doc.EnsureObject(kFlags)) doc.SetBool(kFlag, false);
  if (doc.EnsureObject(kMetadata)) {
    doc.SetString(kValidationError, text);
    doc.SetString(kSource, "PipelinePreprocessor");
  }
  event.Divert(settings_.side_output, reason, {.detail = detail});
}

StageSpec ValidateTelemetrySpec() {
  StageSpec spec;
  spec.name = "validate_telemetry";
  spec.summary =
      "Checks each event against the JSON Schema of its eid; marks the valid ones and diverts the "
      "rest, unreadable records among them.";
  spec.fields = {
      {.name = "schemas",
       .type = FieldType::kString,
       .description = "Directory of the schemas, one file per eid in lower case.",
       .required = true},
      {.name = "side_output",
       .type = FieldType::kString,
       .description = "Side output that takes what is not valid.",
       .default_value = "failed"},
      {.name = "event_types_only",
       .type = FieldType::kBool,
       .description = "Refuse an eid that names a part of a schema, such as COMMON or OBJECT, "
                      "instead of checking the event against that part.",
       .default_value = "false"}};
  spec.example = "validate_telemetry: { schemas: schemas/telemetry/3.0 }\n";
  spec.reasons = {"schema_violation", "schema_not_found",    "invalid_json",
                  "not_an_object",    "invalid_utf8",        "nested_too_deeply",
                  "too_many_values",  "number_out_of_range", "null_record"};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto schemas = resources.Schemas(node.String("schemas"));
    if (!schemas) return std::move(schemas).error();
    if (schemas.value()->Find(kEnvelope) == nullptr) {
      return node.Complain("no envelope.json under " + node.String("schemas") +
                           ": events without eid need it");
    }
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    const ValidateTelemetry::Settings settings{
        .side_output = side_output.value(),
        .event_types_only = node.Bool("event_types_only"),
        .succeeded = resources.Counter("validation-success-event-count"),
        .failed = resources.Counter("validation-failed-event-count")};
    return std::unique_ptr<Stage>(new ValidateTelemetry(std::move(schemas).value(), settings));
  };
  return spec;
}

}  // namespace sluice::stages
