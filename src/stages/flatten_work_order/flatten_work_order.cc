#include "stages/flatten_work_order/flatten_work_order.h"

#include "stages/flatten_work_order/work_order_rows.h"

namespace sluice::stages {
namespace {

const Path kMid("/mid");

}  // namespace

Status FlattenWorkOrder::Finish(Batch& batch) {
  // Those that are made here need no second look.
  const std::size_t count = batch.events().size();
  for (std::size_t i = 0; i < count; ++i) {
    Event& event = batch.events()[i];
    if (event.active() && IsWorkOrder(event.doc())) Flatten(batch, event);
    if (event.active() && event.routed()) event.End();
  }
  return Ok();
}

void FlattenWorkOrder::Flatten(Batch& batch, Event& order) const {
  std::int64_t ordinal = 0;
  Reason missing = nullptr;
  const WorkOrderRows::Take take = [&](std::string_view json) {
    if (batch.Create(order, ordinal++, json) == nullptr) missing = batch.not_created();
    return missing != kCreatedTooMuch;
  };
  const auto mid = order.doc().ReadString(kMid);
  const std::string id = mid ? std::string(*mid) : order.position().ToString();
  WorkOrderRows rows(order.doc(), id, take);
  rows.TakeAll();
  if (missing != nullptr) {
    failed_.Take(batch, order, missing, "a row of it is missing");
    return;
  }
  if (!rows.faults().empty()) failed_.Take(batch, order, "ill_typed_work_order", rows.faults());
}

StageSpec FlattenWorkOrderSpec() {
  StageSpec spec;
  spec.name = "flatten_work_order";
  spec.summary =
      "Makes a CB_ITEM_USER event of every officer of a work order and, once it is published, a "
      "CB_ITEM event of every activity and competency; events that were routed before end here.";
  spec.fields = {{.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes work orders of which something can't be "
                                 "used; the rest of them is flattened all the same.",
                  .default_value = "failed"}};
  spec.example = "flatten_work_order\n";
  spec.reasons = {"ill_typed_work_order", kCreatedUnreadable, kCreatedTooMuch};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    return std::unique_ptr<Stage>(
        new FlattenWorkOrder({.side_output = side_output.value(),
                              .counter = resources.Counter("cb-audit-route-failed-count")}));
  };
  return spec;
}

}  // namespace sluice::stages
