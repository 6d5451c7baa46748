#include "config/config.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "config/problems.h"
#include "config/redact.h"
#include "config/yaml_reader.h"

namespace sluice {
namespace {

/// "a.b[2].c" as {"a", "b", "[2]", "c"}; what follows "options" stays whole.
std::vector<std::string> SplitKey(std::string_view key) {
  std::vector<std::string> steps;
  while (!key.empty()) {
    if (!steps.empty() && steps.back() == "options") {
      steps.emplace_back(key);
      break;
    }
    std::size_t end = key.find_first_of(".[", 1);
    if (key[0] == '[')
      end = key.find(']') == std::string_view::npos ? key.size() : key.find(']') + 1;
    steps.emplace_back(key.substr(0, end));
    key.remove_prefix(std::min(end, key.size()));
    if (key.starts_with('.')) key.remove_prefix(1);
  }
  return steps;
}

TreeNode* ItemOf(TreeNode& list, const std::string& step) {
  return list.Item(std::strtoul(step.c_str() + 1, nullptr, 10));
}

/// Walks to the parent of the last step; makes maps on the way. nullptr: a list is too short.
TreeNode* Descend(TreeNode& root, const std::vector<std::string>& steps, const std::string& name) {
  TreeNode* node = &root;
  for (std::size_t i = 0; i + 1 < steps.size() && node != nullptr; ++i) {
    if (steps[i][0] == '[') {
      node = ItemOf(*node, steps[i]);
      continue;
    }
    if (node->kind() != ConfigNode::Kind::kMap) node->BecomeMap();
    TreeNode* child = node->Member(steps[i]);
    if (child == nullptr) {
      child = &node->SetMember(
          steps[i], std::make_unique<TreeNode>(ConfigNode::Kind::kMap, name, 0, steps[i]));
    }
    node = child;
  }
  return node;
}

void Apply(TreeNode& root, const Override& set, const Environment& environment,
           Problems& problems) {
  const std::string name = "--set " + set.key;
  const std::vector<std::string> steps = SplitKey(set.key);
  auto value = ReadYaml(set.value, name, "", environment, problems);
  if (value == nullptr) return;
  if (steps.empty()) {
    problems.Add("--set: write --set key=value");
    return;
  }
  if (IsSecretKey(steps.back())) value->MarkSecret();
  TreeNode* parent = Descend(root, steps, name);
  if (parent != nullptr && steps.back()[0] == '[') {
    const std::size_t index = std::strtoul(steps.back().c_str() + 1, nullptr, 10);
    if (parent->Item(index) != nullptr) {
      parent->ReplaceItem(index, std::move(value));
      return;
    }
    parent = nullptr;
  }
  if (parent == nullptr) {
    problems.Add(name + ": there is no such element in the list");
    return;
  }
  if (parent->kind() != ConfigNode::Kind::kMap) parent->BecomeMap();
  parent->SetMember(steps.back(), std::move(value));
}

}  // namespace

std::string Config::Redacted() const { return WriteYaml(*root_); }

Result<std::unique_ptr<Config>> LoadConfig(const std::string& path,
                                           const std::vector<Override>& overrides,
                                           const Environment& environment) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Error{ErrorKind::kInvalidConfig,
                 path + ": can't read the configuration file: " + std::strerror(errno)};
  }
  Problems problems;
  auto root = ReadYaml(text.str(), path, "", environment, problems);
  if (root != nullptr && root->kind() != ConfigNode::Kind::kMap) {
    problems.Add(path + ": the file must be a map that begins with `pipeline: <name>`");
  } else if (root != nullptr) {
    for (const Override& set : overrides) Apply(*root, set, environment, problems);
  }
  if (!problems.empty()) return problems.ToError();
  return std::make_unique<Config>(path, std::move(root));
}

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace sluice
