#include "stages/check_audit/audit_event.h"

namespace sluice::stages {
namespace {

const Path kType("/edata/cb_object/type");
const Path kUid("/uid");
const Path kActorId("/actor/id");
const Path kMetadata("/metadata");
const Path kError("/metadata/validation_error");
const Path kSource("/metadata/src");

}  // namespace

bool IsWorkOrder(const Document& audit) { return audit.ReadString(kType) == "WorkOrder"; }

Value UserOf(const Document& audit) {
  const Value uid = audit.Read(kUid);
  return uid.exists() ? uid : audit.Read(kActorId);
}

void FailedAudits::Take(Batch& batch, Event& event, Reason reason, std::string_view text) const {
  Document& doc = event.edit();
  doc.ForceObject(kMetadata);
  doc.SetString(kError, text);
  doc.SetString(kSource, "CBPreprocessor");
  event.Divert(side_output, reason);
  batch.Count(counter);
}

}  // namespace sluice::stages
