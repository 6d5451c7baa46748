#include "stages/extract_events/extract_events.h"

#include <charconv>
#include <limits>

#include "codec/json_reader.h"
#include "stages/extract_events/audit_record.h"
#include "stages/extract_events/jackson_size.h"
#include "stages/extract_events/java_double.h"
#include "util/timestamp.h"

namespace sluice::stages {
namespace {

const Path kEvents("/events");
const Path kSyncts("/syncts");
const Path kTimestamp("/@timestamp");
const Path kFlags("/flags");
const Path kFlag("/flags/ex_processed");
const Path kMetadata("/metadata");
const Path kSource("/metadata/src");
const Path kError("/metadata/ex_error");

/// Room for `,"syncts":...,"@timestamp":"..."`.
constexpr std::size_t kStampBytes = 100;

/// Integers stay exact (C-11); what is out of range saturates, as Java's double does.
std::int64_t WholeNumber(Value number) {
  const std::string_view literal = number.text();
  const char* last = literal.data() + literal.size();
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(literal.data(), last, whole);
  if (end != last) return number.AsInt64();
  if (error == std::errc()) return whole;
  using Limits = std::numeric_limits<std::int64_t>;
  return literal.starts_with('-') ? Limits::min() : Limits::max();
}

}  // namespace

Reason ExtractEvents::FaultOf(const Event& batch) const {
  if (!batch.readable()) return batch.unreadable_reason();
  const Reason fault = FaultOfParams(batch.doc());
  return fault != nullptr ? fault : FaultOfMembers(batch.doc(), settings_.max_events);
}

Status ExtractEvents::Finish(Batch& batch) {
  // Those that are made here need no second look.
  const std::size_t count = batch.events().size();
  for (std::size_t i = 0; i < count; ++i) {
    Event& event = batch.events()[i];
    if (event.active()) Extract(batch, event);
  }
  return Ok();
}

void ExtractEvents::Extract(Batch& batch, Event& source) {
  if (const Reason fault = FaultOf(source)) {
    settings_.failed.Take(batch, source, fault);
    return;
  }
  const std::int64_t now = clock_.NowMs();
  const Value syncts = source.doc().Read(kSyncts);
  Stamp stamp{.syncts = syncts.exists() ? WholeNumber(syncts) : now, .timestamp = {}};
  stamp.timestamp = FormatJodaTimestamp(stamp.syncts, batch.arena());
  std::int64_t ordinal = 0;
  bool whole = true;
  for (const Value element : source.doc().Read(kEvents)) {
    const bool good = IsWellFormedElement(element);
    if (good) Create(batch, source, ordinal, element, stamp);
    whole = whole && good;
    ++ordinal;
  }
  if (!whole) {
    settings_.failed.Take(batch, source, "malformed_element");
    return;
  }
  json_.clear();
  AppendAuditRecord(json_, source, static_cast<std::size_t>(ordinal), now);
  if (batch.Create(source, ordinal, json_) == nullptr) {
    settings_.failed.Take(batch, source, batch.not_created());
    return;
  }
  batch.Count(settings_.audits);
  batch.Count(settings_.batches);
  source.End();
}

void ExtractEvents::Create(Batch& batch, const Event& source, std::int64_t ordinal, Value element,
                           const Stamp& stamp) {
  const std::size_t bytes = element.node()->end - element.node()->begin;
  Event& event = batch.Adopt(source, ordinal, element);
  Document& doc = event.edit();
  doc.SetInt(kSyncts, stamp.syncts);
  doc.SetString(kTimestamp, stamp.timestamp);
  const bool too_large = IsTooLarge(event, bytes, stamp);
  doc.SetEmptyObject(kFlags);
  doc.SetBool(kFlag, !too_large);
  if (!too_large) {
    batch.Count(settings_.events);
    return;
  }
  doc.SetEmptyObject(kMetadata);
  doc.SetString(kSource, "TelemetryExtractorJob");
  doc.SetString(kError, "Event size is Exceeded");
  event.Divert(settings_.oversize, "event_too_large");
  batch.Count(settings_.oversize_events);
}

bool ExtractEvents::IsTooLarge(const Event& event, std::size_t source_bytes,
                               const Stamp& stamp) const {
  if (MostJacksonSize(source_bytes) + kStampBytes <= settings_.max_event_bytes) return false;
  // All numbers are doubles to Jackson, but for the one that it has stamped itself.
  const std::size_t as_double = JavaDoubleText(static_cast<double>(stamp.syncts)).size();
  const std::size_t size =
      JacksonSize(event.doc().root()) - as_double + std::to_string(stamp.syncts).size();
  return size > settings_.max_event_bytes;
}

StageSpec ExtractEventsSpec() {
  StageSpec spec;
  spec.name = "extract_events";
  spec.summary =
      "Makes an event of every element of a batch's events, stamped with syncts, @timestamp and "
      "flags, and a LOG event that says how many there were.";
  spec.fields = {
      {.name = "max_event_bytes",
       .type = FieldType::kBytes,
       .description = "Largest event, as the original job would write it.",
       .default_value = "1MiB"},
      MaxEventsField(),
      {.name = "side_output",
       .type = FieldType::kString,
       .description = "Side output that takes larger events.",
       .default_value = "failed"},
      {.name = "batch_side_output",
       .type = FieldType::kString,
       .description = "Side output that takes, as they came, records that are not a batch "
                      "of events, and batches of which not every element became an "
                      "event.",
       .default_value = "batch_failed"}};
  spec.example = "extract_events: { max_event_bytes: 1MiB }\n";
  spec.reasons = {unreadable::kInvalidJson,
                  unreadable::kNotAnObject,
                  unreadable::kInvalidUtf8,
                  unreadable::kTooDeep,
                  unreadable::kNumberRange,
                  unreadable::kRepeatedName,
                  unreadable::kTrailingText,
                  unreadable::kTooMany,
                  "params_no_object",
                  "msgid_no_string",
                  "no_events",
                  "events_no_array",
                  "syncts_no_number",
                  "too_many_events",
                  "malformed_element",
                  "event_too_large",
                  kCreatedUnreadable,
                  kCreatedTooMuch};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto oversize = resources.SideOutput(node.String("side_output"));
    if (!oversize) return std::move(oversize).error();
    auto failed = resources.SideOutput(node.String("batch_side_output"));
    if (!failed) return std::move(failed).error();
    ExtractEvents::Settings settings{.max_event_bytes = node.Bytes("max_event_bytes"),
                                     .max_events = static_cast<std::size_t>(node.Int("max_events")),
                                     .failed = {.side_output = failed.value(),
                                                .counter = resources.Counter("failed-batch-count")},
                                     .oversize = oversize.value(),
                                     .batches = resources.Counter("success-batch-count"),
                                     .events = resources.Counter("success-event-count"),
                                     .oversize_events = resources.Counter("failed-event-count"),
                                     .audits = resources.Counter("audit-event-count")};
    return std::unique_ptr<Stage>(new ExtractEvents(settings, resources.clock()));
  };
  return spec;
}

}  // namespace sluice::stages
