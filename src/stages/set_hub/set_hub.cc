#include "stages/set_hub/set_hub.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kEnv("/context/env");
const Path kHub("/context/hub");

constexpr std::array<std::string_view, 4> kEids = {"IMPRESSION", "INTERACT", "START", "END"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kHubs = {
    {{"learn", "learn"},
     {"course", "learn"},
     {"discuss", "discuss"},
     {"network", "network"},
     {"careers", "careers"},
     {"competency", "competency"},
     {"events", "events"}}};

std::string_view HubOf(std::string_view env) {
  const std::string name = ToLower(env);
  for (const auto& [known, hub] : kHubs) {
    if (name == known) return hub;
  }
  return "other";
}

}  // namespace

Status SetHub::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    const auto eid = event.doc().ReadString(kEid);
    if (!eid || std::ranges::find(kEids, *eid) == kEids.end()) continue;
    event.edit().SetString(kHub, HubOf(event.doc().ReadString(kEnv).value_or("")));
  }
  return Ok();
}

StageSpec SetHubSpec() {
  StageSpec spec;
  spec.name = "set_hub";
  spec.summary =
      "Sets context.hub of IMPRESSION, INTERACT, START and END events from their context.env.";
  spec.example = "set_hub\n";
  spec.build = [](const ConfigNode&, Resources&) -> Result<std::unique_ptr<Stage>> {
    return std::unique_ptr<Stage>(new SetHub());
  };
  return spec;
}

}  // namespace sluice::stages
