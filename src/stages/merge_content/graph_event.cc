#include "stages/merge_content/graph_event.h"

namespace sluice::stages {
namespace {

const Path kNodeId("/nodeUniqueId");
const Path kProperties("/transactionData/properties");
/// No member of a graph event; it is written nowhere, since the event is diverted as it came.
const Path kDefects("/sluiceDefects");
const Path kReason("/sluiceDefects/reason");
const Path kDetail("/sluiceDefects/detail");
const Path kMore("/sluiceDefects/more");

constexpr std::size_t kLongestPart = 100;

/// At most some bytes of the text, whole characters of them.
std::string_view Beginning(std::string_view text) {
  if (text.size() <= kLongestPart) return text;
  std::size_t end = kLongestPart;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

Value NodeIdOf(const Document& event) { return event.Read(kNodeId); }

Value PropertiesOf(const Document& event) { return event.Read(kProperties); }

Value NewValueOf(Value property) { return property.Find("nv"); }

bool HoldsDialCodes(Value property) {
  return property.name() == "dialcodes" || property.name() == "reservedDialCodes";
}

void Defects::Add(Reason reason, std::string_view part, std::string_view what) {
  if (reason_ != nullptr) {
    ++more_;
    return;
  }
  reason_ = reason;
  detail_ = Beginning(part);
  if (part.size() > kLongestPart) detail_ += "...";
  detail_ += ' ';
  detail_ += what;
}

void Defects::Divert(Batch& batch, Event& event, SideOutputId output) const {
  std::string detail = detail_;
  if (more_ > 0) {
    detail += ", and ";
    detail += std::to_string(more_);
    detail += " more";
  }
  // An event that a stage made never was a record.
  if (!event.created()) event.SetVerbatim(event.raw());
  event.Divert(output, reason_, {.detail = batch.arena().Copy(detail)});
}

void Defects::LeaveIn(Document& event) const {
  if (empty()) {
    event.Remove(kDefects);
    return;
  }
  event.SetEmptyObject(kDefects);
  event.SetString(kReason, reason_);
  event.SetString(kDetail, detail_);
  event.SetInt(kMore, static_cast<std::int64_t>(more_));
}

void Defects::TakeFrom(const Document& event) {
  const auto left = event.ReadString(kReason);
  if (!left) return;
  for (const Reason reason : defect::kAll) {
    if (*left == reason) reason_ = reason;
  }
  detail_ = event.ReadString(kDetail).value_or("");
  more_ = static_cast<std::size_t>(event.Read(kMore).AsInt64());
}

}  // namespace sluice::stages
