#include "stages/filter_events/filter_events.h"

#include <algorithm>
#include <chrono>

#include "codec/json_reader.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kEts("/ets");

/// The same time of the day `months` calendar months earlier; where that month has no such day, on
/// its last one.
std::int64_t MonthsBefore(std::int64_t now_ms, int months) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  using std::chrono::sys_time;
  const sys_time<milliseconds> now{milliseconds(now_ms)};
  const auto today = std::chrono::floor<days>(now);
  auto date = std::chrono::year_month_day(today) - std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  const sys_time<milliseconds> then = std::chrono::sys_days{date} + (now - today);
  return then.time_since_epoch().count();
}

}  // namespace

Status FilterEvents::Finish(Batch& batch) {
  const std::int64_t oldest_ms = MonthsBefore(clock_.NowMs(), settings_.max_age_months);
  for (Event& event : batch.events()) {
    if (event.active()) Judge(batch, event, oldest_ms);
  }
  return Ok();
}

void FilterEvents::Judge(Batch& batch, Event& event, std::int64_t oldest_ms) const {
  if (!event.readable()) {
    Fail(batch, event, event.unreadable_reason());
    return;
  }
  const Value ets = event.doc().Read(kEts);
  if (!ets.IsNumber()) {
    Fail(batch, event, "ets_no_number");
    return;
  }
  if (ets.AsInt64() < oldest_ms) {
    event.Drop("expired");
    batch.Count(settings_.expired);
    return;
  }
  const auto eid = event.doc().ReadString(kEid);
  if (!eid) {
    Fail(batch, event, "eid_no_string");
  } else if (IsSkipped(*eid)) {
    event.Drop("skipped");
    batch.Count(settings_.skipped);
  }
}

void FilterEvents::Fail(Batch& batch, Event& event, Reason reason) const {
  // An event that a stage made never was a record.
  if (!event.created()) event.SetVerbatim(event.raw());
  event.Divert(settings_.side_output, reason);
  batch.Count(settings_.failed);
}

bool FilterEvents::IsSkipped(std::string_view eid) const {
  if (eid == "ME_WORKFLOW_SUMMARY" || eid == "SUMMARY") return false;
  return eid.find("SUMMARY") != std::string_view::npos ||
         std::ranges::find(settings_.skip, eid) != settings_.skip.end();
}

StageSpec FilterEventsSpec() {
  StageSpec spec;
  spec.name = "filter_events";
  spec.summary =
      "Drops events that are too old, and summaries other than SUMMARY and ME_WORKFLOW_SUMMARY; "
      "diverts what can't be read or has no ets or eid, byte for byte as it came.";
  spec.fields = {{.name = "max_age_months",
                  .type = FieldType::kInt,
                  .description = "Calendar months after which an event, by its ets, is too old.",
                  .default_value = "3"},
                 {.name = "skip",
                  .type = FieldType::kStringList,
                  .description = "Eids that are dropped as well.",
                  .default_value = "INTERRUPT"},
                 {.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes what can't be judged.",
                  .default_value = "failed"}};
  spec.example = "filter_events: { max_age_months: 3, skip: [INTERRUPT] }\n";
  spec.reasons = {"expired",
                  "skipped",
                  "ets_no_number",
                  "eid_no_string",
                  unreadable::kNullRecord,
                  unreadable::kInvalidJson,
                  unreadable::kNotAnObject,
                  unreadable::kInvalidUtf8,
                  unreadable::kTooDeep,
                  unreadable::kTooMany,
                  unreadable::kNumberRange};
  spec.validate = [](const ConfigNode& node) -> Status {
    const std::int64_t months = node.Int("max_age_months");
    if (months >= 1 && months <= 1200) return Ok();
    return node.Complain("max_age_months must be between 1 and 1200");
  };
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    FilterEvents::Settings settings{.max_age_months = static_cast<int>(node.Int("max_age_months")),
                                    .skip = node.Strings("skip"),
                                    .side_output = side_output.value(),
                                    .expired = resources.Counter("events-expired"),
                                    .skipped = resources.Counter("events-skipped"),
                                    .failed = resources.Counter("events-failed")};
    return std::unique_ptr<Stage>(new FilterEvents(std::move(settings), resources.clock()));
  };
  return spec;
}

}  // namespace sluice::stages
