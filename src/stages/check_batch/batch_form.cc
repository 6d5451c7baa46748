#include "stages/check_batch/batch_form.h"

#include <algorithm>
#include <array>
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
const std::array kEventMembers = {Path("/eid"), Path("/edata"), Path("/actor"), Path("/context")};

bool HasFiniteNumbers(Value value) {
  if (!value.MayOverflow()) return true;
  if (value.IsNumber()) return std::isfinite(value.AsDouble());
  for (const Value child : value) {
    if (!HasFiniteNumbers(child)) return false;
  }
  return true;
}

/// True if it has a member that events have and batches have not.
bool IsSingleEvent(const Document& document) {
  return std::ranges::any_of(kEventMembers,
                             [&](const Path& path) { return document.Read(path).exists(); });
}

}  // namespace

Reason FaultOfParams(const Document& batch) {
  const Value params = batch.Read(kParams);
  if (params.exists() && !params.IsObject()) return "params_no_object";
  const Value msgid = batch.Read(kMsgid);
  if (msgid.exists() && !msgid.IsString()) return "msgid_no_string";
  return nullptr;
}

Reason FaultOfMembers(const Document& batch, std::size_t max_events) {
  const Value events = batch.Read(kEvents);
  if (!events.exists() && IsSingleEvent(batch)) return "no_events";
  if (events.exists() && !events.IsArray()) return "events_no_array";
  const Value syncts = batch.Read(kSyncts);
  if (syncts.exists() && !syncts.IsNumber()) return "syncts_no_number";
  if (events.size() > max_events) return "too_many_events";
  return nullptr;
}

bool IsWellFormedElement(Value element) {
  if (!element.IsObject()) return false;
  const Value eid = element.Find(kEid.text, kEid.hash);
  if (eid.exists() && !eid.IsNull() && !eid.IsString()) return false;
  return HasFiniteNumbers(element);
}

bool HasFault(const Document& batch, std::size_t max_events) {
  if (FaultOfMembers(batch, max_events) != nullptr) return true;
  for (const Value element : batch.Read(kEvents)) {
    if (!IsWellFormedElement(element)) return true;
  }
  return false;
}

FieldSpec MaxEventsField() {
  return {.name = "max_events",
          .type = FieldType::kInt,
          .description =
              "Most elements of a batch's events; a larger batch is diverted whole. "
              "check_batch and extract_events must have the same.",
          .default_value = "20000",
          .least = 1,
          .most = 1'000'000};
}

void FailedBatches::Take(Batch& batch, Event& event, Reason reason) const {
  const std::string_view raw = event.raw();
  event.SetVerbatim(IsWellFormed(raw) ? raw : batch.arena().Copy(ReplaceIllFormed(raw)));
  event.Divert(side_output, reason);
  batch.Count(counter);
}

}  // namespace sluice::stages
