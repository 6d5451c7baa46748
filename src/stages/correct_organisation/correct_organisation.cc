#include "stages/correct_organisation/correct_organisation.h"

#include <algorithm>

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
  for (Event& event : batch.events()) {
    if (!event.active() || !event.readable() || IsWorkOrder(event.doc())) continue;
    const Value user = UserOf(event.doc());
    const std::string_view id = Trim(user.IsString() ? user.text() : std::string_view());
    if (!id.empty()) {
      users_.Add({.kind = Lookup::Kind::kHash, .key = KeyOf(id, batch.arena())}, &event);
    } else if (user.exists() && !user.IsString()) {
      users_.AddWithout(&event);
    }
  }
  return users_.Send();
}

Status CorrectOrganisation::Finish(Batch& batch) {
  const auto answers = users_.Receive();
  if (!answers) return answers.error();
  for (const auto [event, reply] : answers.value()) {
    if (reply != nullptr) {
      Correct(event->edit(), *reply);
      continue;
    }
    const bool uid = UserOf(event->doc()).name() == "uid";
    failed_.Take(batch, *event, "user_no_string",
                 uid ? "uid is not a string" : "actor.id is not a string");
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
    return std::unique_ptr<Stage>(
        new CorrectOrganisation(failed, std::move(users).value(), node.String("store")));
  };
  return spec;
}

}  // namespace sluice::stages
