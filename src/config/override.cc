#include "config/override.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "config/redact.h"
#include "config/yaml_reader.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;

/// "a.b[2].c" as {"a", "b", "[2]", "c"}; what follows "options" stays whole. Empty: no key.
std::vector<std::string> SplitKey(std::string_view key) {
  std::vector<std::string> steps;
  while (!key.empty()) {
    if (!steps.empty() && steps.back() == "options") {
      steps.emplace_back(key);
      break;
    }
    if (key[0] == '.' || key.ends_with('.')) return {};
    const std::size_t end = key.find_first_of(".[", 1);
    steps.emplace_back(key.substr(0, end));
    key.remove_prefix(steps.back().size());
    if (key.starts_with('.')) key.remove_prefix(1);
  }
  return steps;
}

/// "[2]" or "2" as 2.
std::optional<std::size_t> IndexOf(std::string_view step) {
  if (step.starts_with('[') && step.ends_with(']')) step = step.substr(1, step.size() - 2);
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool whole = error == std::errc() && end == step.data() + step.size();
  return whole ? std::optional(index) : std::nullopt;
}

/// The child that a step names, nullptr if a list has no such element. A map on the way is made
/// where there is none.
TreeNode* Child(TreeNode& node, const std::string& step, const std::string& name) {
  if (node.kind() == Kind::kList) {
    const auto index = IndexOf(step);
    return index ? node.Item(*index) : nullptr;
  }
  if (step.starts_with('[')) return nullptr;
  node.BecomeMap();
  if (TreeNode* child = node.Member(step)) return child;
  return &node.SetMember(step, std::make_unique<TreeNode>(Kind::kMap, name, 0, step));
}

/// False if the node is a list without that element, or no list where it should be one.
bool Put(TreeNode& node, const std::string& step, std::unique_ptr<TreeNode> value) {
  if (node.kind() == Kind::kList) {
    const auto index = IndexOf(step);
    if (!index || node.Item(*index) == nullptr) return false;
    node.ReplaceItem(*index, std::move(value));
    return true;
  }
  if (step.starts_with('[')) return false;
  node.BecomeMap();
  node.SetMember(step, std::move(value));
  return true;
}

}  // namespace

void ApplyOverride(TreeNode& root, const Override& set, Problems& problems) {
  const std::string name = "--set " + set.key;
  const std::vector<std::string> steps = SplitKey(set.key);
  if (steps.empty()) {
    problems.Add(name + ": not a key: write --set a.b=value or --set list[2].a=value");
    return;
  }
  auto value = set.value.empty() ? std::make_unique<TreeNode>(Kind::kScalar, name, 0, "")
                                 : ReadYaml(set.value, name, Lines::kHidden, problems);
  if (value == nullptr) return;
  bool secret = false;
  TreeNode* node = &root;
  for (std::size_t i = 0; i + 1 < steps.size() && node != nullptr; ++i) {
    secret = secret || IsSecretKey(steps[i]);
    node = Child(*node, steps[i], name);
  }
  if (secret || IsSecretKey(steps.back())) value->MarkSecret();
  if (node == nullptr || !Put(*node, steps.back(), std::move(value))) {
    problems.Add(name + ": there is no such element in the list");
  }
}

}  // namespace sluice
