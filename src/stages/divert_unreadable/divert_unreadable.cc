#include "stages/divert_unreadable/divert_unreadable.h"

#include "codec/json_reader.h"

namespace sluice::stages {

Status DivertUnreadable::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active() || event.readable()) continue;
    event.SetVerbatim(event.raw());
    event.Divert(settings_.side_output, event.unreadable_reason());
    if (settings_.count) batch.Count(*settings_.count);
  }
  return Ok();
}

StageSpec DivertUnreadableSpec() {
  StageSpec spec;
  spec.name = "divert_unreadable";
  spec.summary = "Diverts records that are no JSON object, byte for byte as they came.";
  spec.fields = {{.name = "count",
                  .type = FieldType::kString,
                  .description = "Counter of the job that goes up by one with each of them."},
                 {.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes them.",
                  .default_value = "failed"}};
  spec.example = "divert_unreadable: { count: cb-audit-route-failed-count }\n";
  spec.reasons = {unreadable::kNullRecord,  unreadable::kInvalidJson, unreadable::kNotAnObject,
                  unreadable::kInvalidUtf8, unreadable::kTooDeep,     unreadable::kTooMany,
                  unreadable::kNumberRange};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    DivertUnreadable::Settings settings{.side_output = side_output.value()};
    if (node.Has("count")) settings.count = resources.Counter(node.String("count"));
    return std::unique_ptr<Stage>(new DivertUnreadable(settings));
  };
  return spec;
}

}  // namespace sluice::stages
