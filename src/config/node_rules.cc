#include "config/node_rules.h"

#include <algorithm>

#include "config/redact.h"
#include "config/spec_check.h"
#include "util/join.h"

namespace sluice {

FieldSpec Field(std::string name, FieldType type, std::string fallback) {
  return {.name = std::move(name),
          .type = type,
          .description = "",
          .default_value = std::move(fallback)};
}

FieldSpec Optional(std::string name, FieldType type) {
  return {.name = std::move(name), .type = type, .description = ""};
}

FieldSpec Required(std::string name, FieldType type, std::string what) {
  return {.name = std::move(name), .type = type, .description = std::move(what), .required = true};
}

FieldSpec Section(std::string name) { return Optional(std::move(name), FieldType::kAny); }

Fields Sections(const std::vector<std::string>& names) {
  Fields fields;
  for (const std::string& name : names) fields.push_back(Section(name));
  return fields;
}

TreeNode& SectionOf(TreeNode& root, const std::string& key) {
  TreeNode* node = root.Member(key);
  return node != nullptr ? *node : root.AddDefault(key, ConfigNode::Kind::kMap);
}

void NodeRules::Check(TreeNode& node, const Fields& fields) const {
  CheckFields(node, fields, {}, problems_);
}

void NodeRules::Demand(TreeNode& node, std::string_view key, FieldType type, bool good,
                       std::string_view rule) const {
  const TreeNode* value = node.Member(key);
  if (good || value == nullptr || !HasForm(*value, type)) return;
  problems_.Add(*value, "must be " + std::string(rule) + ", not `" + Shown(*value) + "`");
}

void NodeRules::DemandOneOf(TreeNode& node, std::string_view key,
                            const std::vector<std::string>& values) const {
  const std::string value = node.String(key);
  Demand(node, key, FieldType::kString, std::ranges::find(values, value) != values.end(),
         "one of " + Join(values));
}

std::int64_t NodeRules::Count(TreeNode& node, std::string_view key, std::int64_t most) const {
  const std::int64_t count = node.Int(key, 1);
  Demand(node, key, FieldType::kInt, count >= 1 && count <= most,
         "between 1 and " + std::to_string(most));
  return count;
}

void NodeRules::DemandTopics(const ConfigNode& node, std::string_view key,
                             const std::string& prefix) const {
  const ConfigNode* topics = node.Get(key);
  if (topics == nullptr) return;
  for (const ConfigNode* topic : topics->items()) {
    if (!topic->text().empty()) DemandTopic(*topic, prefix);
  }
}

void NodeRules::DemandTopic(const ConfigNode& topic, const std::string& prefix) const {
  const std::string name = prefix + topic.text();
  if (!topic.text().empty() && IsTopicName(name)) return;
  problems_.Add(topic, "must be " + FieldTypeName(FieldType::kTopic) + ", not `" + name + "`");
}

TreeNode* NodeRules::Choice(TreeNode& node, const std::vector<std::string>& keys) const {
  TreeNode* chosen = nullptr;
  std::size_t there = 0;
  const std::string list = Join(keys, "`", " or ");
  for (const std::string& key : keys) {
    if (TreeNode* member = node.Member(key)) {
      chosen = member;
      ++there;
    }
  }
  if (there == 1) return chosen;
  if (there > 1) {
    problems_.Add(node, "has " + std::to_string(there) + " of " + list + ": keep one");
    return nullptr;
  }
  if (node.kind() == ConfigNode::Kind::kMap)
    problems_.Add(node, (keys.size() == 2 ? "must have either " : "must have one of ") + list);
  return nullptr;
}

}  // namespace sluice
