#include "engine/output_collector.h"

#include <algorithm>
#include <array>

#include "codec/text.h"
#include "engine/engine_access.h"
#include "engine/oversize.h"

namespace sluice {
namespace {

/// What the stages may add to an event: flags, defaults and the like.
constexpr std::size_t kEditRoom = 512;
/// What the broker counts beside key, value and headers.
constexpr std::size_t kRecordOverhead = 128;
/// Above the ordinals of what stages derive.
constexpr std::int64_t kFirstCopy = Position::kMaxOrdinals - 1000;

std::size_t SizeOf(const OutputRecord& record) {
  std::size_t size = record.value.size() + kRecordOverhead + (record.key ? record.key->size() : 0);
  for (const Header& header : record.headers)
    size += header.name.size() + header.value.value_or("").size() + 4;
  return size;
}

}  // namespace

void OutputCollector::SetLimits(const std::vector<std::size_t>& sink_limits) {
  limits_.clear();
  for (const OutputSettings::Topic& topic : settings_.topics) {
    // What stays in memory is held to the limit that it would meet on its way through a topic.
    const std::size_t own = settings_.max_record_bytes;
    limits_.push_back(topic.sink ? std::min(own, sink_limits[*topic.sink]) : own);
  }
  const std::size_t least = limits_.empty() ? 0 : *std::ranges::min_element(limits_);
  max_input_bytes_ = least > kEditRoom ? least - kEditRoom : least;
  stats_.records_written.resize(limits_.size());
}

std::optional<std::string_view> OutputCollector::KeyOf(const Event& event) const {
  for (const Path& path : settings_.key) {
    if (const auto text = event.doc().ReadString(path)) return outbox_.arena().Copy(*text);
  }
  return std::nullopt;
}

std::string_view OutputCollector::PositionText(const Event& event) {
  scratch_.clear();
  event.position().AppendTo(scratch_);
  return outbox_.arena().Copy(scratch_);
}

std::span<const Header> OutputCollector::CopyHeaders(std::span<const Header> headers) {
  char* at = outbox_.arena().Allocate(headers.size_bytes());
  std::memcpy(at, headers.data(), headers.size_bytes());
  return {reinterpret_cast<const Header*>(at), headers.size()};
}

void OutputCollector::Prepare(Event& event) {
  EngineAccess::Written& written = EngineAccess::WrittenOf(event);
  if (written.valid && written.version == event.doc().version()) return;
  if (event.verbatim()) {
    written.value = outbox_.arena().Copy(*event.verbatim());
  } else {
    scratch_.clear();
    event.doc().AppendTo(scratch_);
    written.value = outbox_.arena().Copy(scratch_);
  }
  written.key = KeyOf(event);
  if (settings_.position_header && written.headers.empty()) {
    const Header position{"sluice-position", PositionText(event)};
    written.headers = CopyHeaders({&position, 1});
  }
  written.version = event.doc().version();
  written.valid = true;
}

void OutputCollector::Emit(Event& event, TopicId topic) {
  Prepare(event);
  Append(topic, event, EngineAccess::WrittenOf(event).headers);
  EngineAccess::MarkRouted(event);
}

void OutputCollector::Append(TopicId topic, Event& event, std::span<const Header> headers) {
  const EngineAccess::Written& written = EngineAccess::WrittenOf(event);
  const OutputRecord record{topic, written.key, written.value, headers, event.position()};
  if (SizeOf(record) > limits_[topic]) {
    EmitReplacement(event, written.value, kRecordTooLarge);
    return;
  }
  if (const std::optional<Refusal> refusal = RefusedBefore(topic, event)) {
    EmitReplacement(event, written.value, *refusal);
    return;
  }
  Send(record, event);
  stats_.AddRouted(topic);
}

std::optional<Refusal> OutputCollector::RefusedBefore(TopicId topic, const Event& event) const {
  const std::optional<TopicId> sink = settings_.topics[topic].sink;
  return sink ? quarantine_.Find(event.position(), sink) : std::nullopt;
}

void OutputCollector::Send(const OutputRecord& record, Event& event) {
  const OutputSettings::Topic& topic = settings_.topics[record.topic];
  if (topic.sink) {
    outbox_.records().push_back(record);
    outbox_.records().back().topic = *topic.sink;
    ++stats_.records_written[record.topic];
  }
  for (const std::size_t reader : topic.readers) {
    // A second copy is another record, as it would be in a topic.
    const int copy = EngineAccess::NextCopy(event);
    const Position at = copy == 0 ? record.position : record.position.Derived(kFirstCopy + copy);
    inboxes_[reader].push_back(
        {at, record.value, event.record().timestamp_ms, record.key, record.headers, topic.name});
  }
}

void OutputCollector::EmitDiverted(Event& event) {
  Prepare(event);
  std::array<Header, 6> headers;
  std::size_t count = 0;
  const auto add = [&](std::string_view name, std::string_view value) {
    headers[count++] = {name, value};
  };
  if (settings_.position_header) add("sluice-position", PositionText(event));
  add("sluice-reason", event.reason());
  if (const auto stage = EngineAccess::StageOf(event); !stage.empty()) add("sluice-stage", stage);
  const DivertNote& note = event.note();
  if (!note.detail.empty()) add("sluice-errors", outbox_.arena().Copy(note.detail));
  if (!note.first_claimant.empty()) {
    add("sluice-first-claimant", outbox_.arena().Copy(note.first_claimant));
  }
  const TopicId topic = settings_.side_outputs[event.side_output()].topic;
  // Text that is no UTF-8 can't stand in JSON as it is: the header has the very bytes, if the topic
  // takes them.
  if ((!event.readable() || event.verbatim()) && !IsWellFormed(event.raw())) {
    add("sluice-raw", event.raw());
    const EngineAccess::Written& written = EngineAccess::WrittenOf(event);
    const std::span<const Header> all(headers.data(), count);
    if (SizeOf({topic, written.key, written.value, all, {}}) > limits_[topic]) {
      --count;
    } else {
      headers[count - 1].value = outbox_.arena().Copy(event.raw());
    }
  }
  Append(topic, event, CopyHeaders({headers.data(), count}));
}

void OutputCollector::EmitReplacement(Event& event, std::string_view raw, const Refusal& refusal) {
  if (!EngineAccess::MarkReplaced(event)) return;
  const TopicId topic = settings_.side_outputs[settings_.failed].topic;
  const std::string json = OversizeReplacement(raw, event.position(), refusal, limits_[topic]);
  std::array<Header, 3> headers{Header{"sluice-reason", refusal.reason}};
  std::size_t count = 1;
  if (settings_.position_header) headers[count++] = {"sluice-position", PositionText(event)};
  if (!refusal.detail.empty()) {
    headers[count++] = {"sluice-errors", outbox_.arena().Copy(refusal.detail)};
  }
  Send({topic, std::nullopt, outbox_.arena().Copy(json), CopyHeaders({headers.data(), count}),
        event.position()},
       event);
  // By its text: the address of a literal may be another in each source file.
  const bool refused = std::string_view(refusal.reason) == kRefusedBySink.reason;
  ++(refused ? stats_.refused : stats_.oversize);
}

}  // namespace sluice
