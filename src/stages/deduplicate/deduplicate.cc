#include "stages/deduplicate/deduplicate.h"

#include <string>

namespace sluice::stages {

Status Deduplicate::Start(Batch& batch) {
  claims_.clear();
  std::string owner;
  for (const Event& event : batch.events()) {
    if (!event.active()) continue;
    const auto key = event.doc().ReadString(settings_.key);
    if (!key) continue;
    owner.clear();
    event.position().AppendTo(owner);
    claims_.push_back({*key, batch.arena().Copy(owner)});
  }
  if (claims_.empty()) return Ok();
  return store_->Send(claims_, settings_.ttl);
}

Status Deduplicate::Finish(Batch& batch) {
  // The events stand as they stood at Start, so the same walk meets the replies in their order.
  std::size_t next = 0;
  bool received = false;
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    if (!event.doc().ReadString(settings_.key)) {
      Divert(batch, event, "missing_key");
      continue;
    }
    if (!received) {
      replies_.clear();
      SLUICE_TRY(store_->Receive(replies_));
      received = true;
    }
    const ClaimReply& reply = replies_[next++];
    if (reply.unique) {
      batch.Count(settings_.unique);
      continue;
    }
    event.SetFirstClaimant(batch.arena().Copy(reply.holder));
    Divert(batch, event, "duplicate_key");
  }
  return Ok();
}

void Deduplicate::Divert(Batch& batch, Event& event, Reason reason) {
  batch.Count(settings_.duplicate);
  Document& doc = event.edit();
  if (doc.EnsureObject(settings_.flags)) doc.SetBool(settings_.flag, true);
  event.Divert(settings_.side_output, reason);
}

void Deduplicate::Cancel() { store_->Cancel(); }

StageSpec DeduplicateSpec() {
  StageSpec spec;
  spec.name = "deduplicate";
  spec.summary = "Diverts events whose key another event claimed within the time to live.";
  spec.fields = {
      {.name = "key",
       .type = FieldType::kPointer,
       .description = "Where the key stands; an event without one counts as a duplicate.",
       .required = true},
      {.name = "store",
       .type = FieldType::kStore,
       .description = "Store that holds the claims.",
       .required = true},
      {.name = "ttl",
       .type = FieldType::kDuration,
       .description = "How long a key is remembered, from its first sight on.",
       .default_value = "1h"},
      {.name = "flag",
       .type = FieldType::kString,
       .description = "Member of flags that is set to true in a duplicate.",
       .required = true},
      {.name = "side_output",
       .type = FieldType::kString,
       .description = "Side output that takes the duplicates.",
       .default_value = "duplicate"}};
  spec.example = "deduplicate: { key: /mid, store: dedup, ttl: 1h, flag: pp_duplicate }\n";
  spec.reasons = {"duplicate_key", "missing_key"};
  spec.validate = [](const ConfigNode& node) -> Status {
    if (node.Duration("ttl") < std::chrono::seconds(1)) {
      return node.Complain("ttl must be at least 1s");
    }
    if (node.String("flag").find_first_of("/~") != std::string::npos) {
      return node.Complain("flag must be a plain name, without / and ~");
    }
    return Ok();
  };
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    auto store = resources.Claims(node.String("store"));
    if (!store) return std::move(store).error();
    Deduplicate::Settings settings{
        .key = Path(node.String("key")),
        .ttl = std::chrono::duration_cast<std::chrono::seconds>(node.Duration("ttl")),
        .flags = Path("/flags"),
        .flag = Path("/flags/" + node.String("flag")),
        .side_output = side_output.value(),
        .unique = resources.Counter("unique-event-count"),
        .duplicate = resources.Counter("duplicate-event-count")};
    return std::unique_ptr<Stage>(new Deduplicate(std::move(settings), std::move(store).value()));
  };
  return spec;
}

}  // namespace sluice::stages
