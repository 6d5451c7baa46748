#include "stages/check_batch/batch_form.h"

#include <cmath>
#include <string>

#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kParams("/params");
const Path kMsgid("/params/msgid");
const Path kEvents("/events");
const Path kSyncts("/syncts");
const Path::Name kEid = Path("/eid").names()[0];

bool HasFiniteNumbers(Value value) {
  if (!value.MayOverflow()) return true;
  if (value.IsNumber()) return std::isfinite(value.AsDouble());
  for (const Value child : value) {
    if (!HasFiniteNumbers(child)) return false;
  }
  return true;
}

}  // namespace

Reason FaultOfParams(const Document& batch) {
  const Value params = batch.Read(kParams);
  if (params.exists() && !params.IsObject()) return "params_no_object";
  const Value msgid = batch.Read(kMsgid);
  if (msgid.exists() && !msgid.IsString()) return "msgid_no_string";
  return nullptr;
}

Reason FaultOfMembers(const Document& batch) {
  const Value events = batch.Read(kEvents);
  if (events.exists() && !events.IsArray()) return "events_no_array";
  const Value syncts = batch.Read(kSyncts);
  if (syncts.exists() && !syncts.IsNumber()) return "syncts_no_number";
  return nullptr;
}

bool IsWellFormedElement(Value element) {
  if (!element.IsObject()) return false;
  const Value eid = element.Find(kEid.text, kEid.hash);
  if (eid.exists() && !eid.IsNull() && !eid.IsString()) return false;
  return HasFiniteNumbers(element);
}

bool HasFault(const Document& batch) {
  if (FaultOfMembers(batch) != nullptr) return true;
  for (const Value element : batch.Read(kEvents)) {
    if (!IsWellFormedElement(element)) return true;
  }
  return false;
}

void FailedBatches::Take(Batch& batch, Event& event, Reason reason) const {
  const std::string_view raw = event.raw();
  event.SetVerbatim(IsWellFormed(raw) ? raw : batch.arena().Copy(ReplaceIllFormed(raw)));
  event.Divert(side_output, reason);
  batch.Count(counter);
}

}  // namespace sluice::stages
