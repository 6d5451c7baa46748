#include "stages/check_batch/check_batch.h"

#include <string_view>

#include "codec/json_reader.h"

namespace sluice::stages {
namespace {

/// The original sees these only when it reads the batch a second time, after it has counted it.
bool IsFoundLate(std::string_view reason) {
  return reason == unreadable::kTrailingText || reason == unreadable::kRepeatedName;
}

}  // namespace

Status CheckBatch::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (event.active()) Check(batch, event);
  }
  return Ok();
}

void CheckBatch::Check(Batch& batch, Event& event) const {
  if (!event.readable()) {
    if (IsFoundLate(event.unreadable_reason())) batch.Count(settings_.unique);
    settings_.failed.Take(batch, event, event.unreadable_reason());
  } else if (const Reason reason = FaultOfParams(event.doc())) {
    settings_.failed.Take(batch, event, reason);
  } else if (HasFault(event.doc(), settings_.max_events)) {
    event.SetClaimMode(ClaimMode::kReadOnly);
  }
}

StageSpec CheckBatchSpec() {
  StageSpec spec;
  spec.name = "check_batch";
  spec.summary =
      "Diverts records that are no batch of events, as they came, and keeps deduplicate from "
      "claiming the key of a batch that can't be extracted whole.";
  spec.fields = {{.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes the records as they came.",
                  .default_value = "batch_failed"},
                 MaxEventsField()};
  spec.example = "check_batch\n";
  spec.reasons = {unreadable::kInvalidJson,  unreadable::kNotAnObject, unreadable::kInvalidUtf8,
                  unreadable::kTooDeep,      unreadable::kNumberRange, unreadable::kRepeatedName,
                  unreadable::kTrailingText, unreadable::kTooMany,     "params_no_object",
                  "msgid_no_string"};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    return std::unique_ptr<Stage>(
        new CheckBatch({.failed = {.side_output = side_output.value(),
                                   .counter = resources.Counter("failed-batch-count")},
                        .max_events = static_cast<std::size_t>(node.Int("max_events")),
                        .unique = resources.Counter("unique-event-count")}));
  };
  return spec;
}

}  // namespace sluice::stages
