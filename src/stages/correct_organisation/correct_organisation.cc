#include "stages/correct_organisation/correct_organisation.h"

#include <algorithm>
#include <optional>

#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kChannel("/context/channel");
const Path kOrganisation("/edata/cb_object/org");

/// String.trim: it takes away what is not above the blank, on both ends.
std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

/// The user to ask for; nullopt where the event is left as it is.
std::optional<std::string_view> UserIdOf(const Event& event) {
  const Value user = UserOf(event.doc());
  const std::string_view id = Trim(user.IsString() ? user.text() : std::string_view());
  if (id.empty() || IsWorkOrder(event.doc())) return std::nullopt;
  return id;
}

std::string_view KeyOf(std::string_view user, Arena& arena) {
  constexpr std::string_view kPrefix = "user:";
  char* text = arena.Allocate(kPrefix.size() + user.size());
  std::ranges::copy(kPrefix, text);
  std::ranges::copy(user, text + kPrefix.size());
  return {text, kPrefix.size() + user.size()};
}

/// Empty where there is none.
std::string FieldOf(const LookupReply& reply, std::string_view name) {
  for (const LookupField& field : reply.fields) {
    if (field.name == name) return ReplaceIllFormed(field.value);
  }
  return {};
}

void Correct(Document& audit, const LookupReply& user) {
  const std::string id = FieldOf(user, "rootorgid");
  if (id.empty()) return;
  audit.SetString(kChannel, id);
  audit.SetString(kOrganisation, FieldOf(user, "orgname"));
}

}  // namespace

Status CorrectOrganisation::Start(Batch& batch) {
  lookups_.clear();
  for (const Event& event : batch.events()) {
    if (!event.active()) continue;
    const auto user = UserIdOf(event);
    if (!user) continue;
    lookups_.push_back({.kind = Lookup::Kind::kHash, .key = KeyOf(*user, batch.arena())});
  }
  if (lookups_.empty()) return Ok();
  return users_->Send(lookups_);
}

Status CorrectOrganisation::Finish(Batch& batch) {
  // The events stand as they stood at Start, so the same walk meets the replies in their order.
  std::size_t next = 0;
  bool received = false;
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    if (!UserIdOf(event)) {
      const Value user = UserOf(event.doc());
      if (user.exists() && !user.IsString() && !IsWorkOrder(event.doc())) {
        failed_.Take(batch, event, "user_no_string",
                     user.name() == "uid" ? "uid is not a string" : "actor.id is not a string");
      }
      continue;
    }
    if (!received) {
      replies_.clear();
      SLUICE_TRY(users_->Receive(replies_));
      received = true;
    }
    Correct(event.edit(), replies_[next++]);
  }
  return Ok();
}

StageSpec CorrectOrganisationSpec() {
  StageSpec spec;
  spec.name = "correct_organisation";
  spec.summary =
      "Sets the channel and the organisation of audit events to those of their user; work orders "
      "stay as they are.";
  spec.fields = {{.name = "store",
                  .type = FieldType::kStore,
                  .description = "Store that holds the users, as hashes under user:<id>.",
                  .required = true},
                 {.name = "side_output",
                  .type = FieldType::kString,
                  .description = "Side output that takes events whose user is no string.",
                  .default_value = "failed"}};
  spec.example = "correct_organisation: { store: user }\n";
  spec.reasons = {"user_no_string"};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    auto users = resources.Lookups(node.String("store"));
    if (!users) return std::move(users).error();
    const FailedAudits failed{.side_output = side_output.value(),
                              .counter = resources.Counter("cb-audit-route-failed-count")};
    return std::unique_ptr<Stage>(new CorrectOrganisation(failed, std::move(users).value()));
  };
  return spec;
}

}  // namespace sluice::stages
