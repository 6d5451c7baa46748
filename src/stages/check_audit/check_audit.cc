#include "stages/check_audit/check_audit.h"

namespace sluice::stages {
namespace {

const Path kMid("/mid");
const Path kDimensionsDid("/dimensions/did");
const Path kContextDid("/context/did");

bool IsIllTyped(Value value) { return value.exists() && !value.IsString(); }

}  // namespace

Status CheckAudit::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (event.active() && event.readable()) Check(batch, event);
  }
  return Ok();
}

void CheckAudit::Check(Batch& batch, Event& event) const {
  const Document& doc = event.doc();
  const Value did = doc.Read(kDimensionsDid);
  if (IsIllTyped(doc.Read(kMid))) {
    failed_.Take(batch, event, "mid_no_string", "mid is not a string");
  } else if (IsIllTyped(did)) {
    failed_.Take(batch, event, "did_no_string", "dimensions.did is not a string");
  } else if (!did.exists() && IsIllTyped(doc.Read(kContextDid))) {
    failed_.Take(batch, event, "did_no_string", "context.did is not a string");
  } else if (IsIllTyped(UserOf(doc)) && !IsWorkOrder(doc)) {
    event.SetClaimMode(ClaimMode::kReadOnly);
  }
}

StageSpec CheckAuditSpec() {
  StageSpec spec;
  spec.name = "check_audit";
  spec.summary =
      "Diverts audit events whose mid or did is no string, and keeps deduplicate from claiming the "
      "key of one whose user is no string.";
  spec.fields = {{.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes them.",
                  .default_value = "failed"}};
  spec.example = "check_audit\n";
  spec.reasons = {"mid_no_string", "did_no_string"};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    return std::unique_ptr<Stage>(
        new CheckAudit({.side_output = side_output.value(),
                        .counter = resources.Counter("cb-audit-route-failed-count")}));
  };
  return spec;
}

}  // namespace sluice::stages
