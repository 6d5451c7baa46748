#include "stages/check_batch/batch_form.h"

#include <cmath>
#include <string>

#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kEvents("/events");
const Path kSyncts("/syncts");
const Path::Name kEid = Path("/eid").names()[0];

/// No literal that is shorter than "1e309" is too much for a double.
constexpr std::size_t kSurelyFinite = 4;

bool IsFinite(Value number) {
  const std::string_view literal = number.text();
  if (literal.size() <= kSurelyFinite) return true;
  const bool plain = literal.find_first_of("eE") == std::string_view::npos;
  if (plain && literal.size() <= 300) return true;
  return std::isfinite(number.AsDouble());
}

bool HasFiniteNumbers(Value value) {
  if (value.IsNumber()) return IsFinite(value);
  for (const Value child : value) {
    if (!HasFiniteNumbers(child)) return false;
  }
  return true;
}

}  // namespace

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
