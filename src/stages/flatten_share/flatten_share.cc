#include "stages/flatten_share/flatten_share.h"

#include "stages/flatten_share/share_item.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kItems("/edata/items");
const Path kFlags("/flags");
const Path kFlag("/flags/pp_share_event_processed");
const Path kType("/type");

}  // namespace

Status FlattenShare::Finish(Batch& batch) {
  // Those that are made here need no second look.
  const std::size_t count = batch.events().size();
  for (std::size_t i = 0; i < count; ++i) {
    Event& event = batch.events()[i];
    if (event.active() && event.doc().ReadString(kEid) == "SHARE") Flatten(batch, event);
  }
  return Ok();
}

void FlattenShare::Flatten(Batch& batch, Event& share) {
  std::int32_t ordinal = 0;
  std::size_t item_index = 0;
  Reason missing = nullptr;
  const auto create = [&](Value item, Value param, std::size_t param_index) {
    if (missing == kCreatedTooMuch) return;
    json_.clear();
    AppendShareItem(json_, share.doc(), item, param, item_index, param_index);
    if (batch.Create(share, ordinal++, json_) == nullptr) missing = batch.not_created();
  };
  const Value items = share.doc().Read(kItems);
  for (const Value item : items.IsArray() ? items : Value()) {
    batch.Count(settings_.items);
    const Value params = item.Find("params");
    if (params.IsArray()) {
      std::size_t param_index = 0;
      for (const Value param : params) create(item, param, param_index++);
    } else {
      create(item, Value(), 0);
    }
    ++item_index;
  }
  Document& doc = share.edit();
  if (doc.EnsureObject(kFlags)) doc.SetBool(kFlag, true);
  doc.SetString(kType, "events");
  batch.Count(settings_.shares);
  if (missing != nullptr) share.Divert(settings_.side_output, missing);
}

StageSpec FlattenShareSpec() {
  StageSpec spec;
  spec.name = "flatten_share";
  spec.summary = "Makes a SHARE_ITEM event of every item that a SHARE event shares.";
  spec.fields = {{.name = "side_output",
                  .type = FieldType::kString,
                  .description =
                      "Side output that takes SHARE events of which an item can't become "
                      "an event; the other items become events all the same.",
                  .default_value = "failed"}};
  spec.example = "flatten_share\n";
  spec.reasons = {kCreatedUnreadable, kCreatedTooMuch};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    return std::unique_ptr<Stage>(
        new FlattenShare({.side_output = side_output.value(),
                          .shares = resources.Counter("share-route-success-count"),
                          .items = resources.Counter("share-item-event-success-count")}));
  };
  return spec;
}

}  // namespace sluice::stages
