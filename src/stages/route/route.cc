#include "stages/route/route.h"

#include <algorithm>

#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");

bool Matches(const Route::Rule& rule, std::string_view eid, std::uint32_t hash) {
  if (rule.eids.empty()) return true;
  if (rule.ignore_case) {
    return std::ranges::any_of(
        rule.eids, [&](const Path::Name& name) { return EqualsIgnoreCase(name.text, eid); });
  }
  return std::ranges::any_of(
      rule.eids, [&](const Path::Name& name) { return name.hash == hash && name.text == eid; });
}

bool NamesNothing(const ConfigNode& rule, std::string_view key) {
  const std::vector<std::string> names = rule.Strings(key);
  return names.empty() || std::ranges::find(names, "") != names.end();
}

std::vector<FieldSpec> Fields() {
  return {
      {.name = "eid",
       .type = FieldType::kStringList,
       .description = "The rule matches events with one of these eids; without it, every event."},
      {.name = "ignore_case",
       .type = FieldType::kBool,
       .description = "The eids match in any letter case.",
       .default_value = "false"},
      {.name = "from",
       .type = FieldType::kTopic,
       .description = "The rule matches events that were read from this topic; without it, of "
                      "every one."},
      {.name = "otherwise",
       .type = FieldType::kBool,
       .description = "The rule matches events that no earlier rule of this list matched.",
       .default_value = "false"},
      {.name = "to",
       .type = FieldType::kTopicList,
       .description = "Topics that get the event.",
       .required = true},
      {.name = "end",
       .type = FieldType::kBool,
       .description = "A match ends the event's way: no later rule or stage sees it.",
       .default_value = "false"},
      {.name = "count",
       .type = FieldType::kString,
       .description = "Counter of the job that goes up by one with each match."}};
}

Status Validate(const ConfigNode& node) {
  if (node.items().empty()) return node.Complain("route needs at least one rule");
  for (const ConfigNode* rule : node.items()) {
    if (rule->Bool("otherwise") && rule->Has("eid")) {
      return rule->Complain("a rule has either eid or otherwise, not both");
    }
    // Without eids it would match every event.
    if (rule->Has("eid") && NamesNothing(*rule, "eid")) {
      return rule->Complain("`eid` names no event");
    }
  }
  return Ok();
}

}  // namespace

Status Route::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    // What can't be read has nothing to be sent: a later stage or the end diverts it.
    if (event.active() && event.readable()) Apply(batch, event);
  }
  return Ok();
}

void Route::Apply(Batch& batch, Event& event) const {
  const std::string_view eid = event.doc().ReadString(kEid).value_or("");
  const std::uint32_t hash = HashName(eid.data(), eid.size());
  bool matched = false;
  for (const Rule& rule : rules_) {
    if (rule.otherwise ? matched : !Matches(rule, eid, hash)) continue;
    if (!rule.from.empty() && rule.from != event.topic()) continue;
    matched = true;
    for (const TopicId topic : rule.topics) batch.Emit(event, topic);
    if (rule.counter) batch.Count(*rule.counter);
    if (rule.end) {
      event.End();
      return;
    }
  }
}

StageSpec RouteSpec() {
  StageSpec spec;
  spec.name = "route";
  spec.summary =
      "Sends events, as they stand here, to the topics of every rule that matches; all rules are "
      "tried in order.";
  spec.field_list = true;
  spec.fields = Fields();
  spec.example =
      "route:\n"
      "  - { eid: ERROR, to: telemetry.error, end: true }\n"
      "  - { eid: [INTERACT, IMPRESSION], to: telemetry.unique.secondary }\n"
      "  - { otherwise: true, to: telemetry.unique.primary }\n";
  spec.validate = Validate;
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    std::vector<Route::Rule> rules;
    for (const ConfigNode* item : node.items()) {
      Route::Rule& rule = rules.emplace_back();
      for (std::string& eid : item->Strings("eid")) {
        const std::uint32_t hash = HashName(eid.data(), eid.size());
        rule.eids.push_back({std::move(eid), hash});
      }
      rule.ignore_case = item->Bool("ignore_case");
      if (item->Has("from")) rule.from = resources.TopicName(item->String("from"));
      rule.otherwise = item->Bool("otherwise");
      for (const std::string& topic : item->Strings("to")) {
        rule.topics.push_back(resources.Topic(topic));
      }
      rule.end = item->Bool("end");
      if (item->Has("count")) rule.counter = resources.Counter(item->String("count"));
    }
    return std::unique_ptr<Stage>(new Route(std::move(rules)));
  };
  return spec;
}

}  // namespace sluice::stages
