#include "config/tree_node.h"

namespace sluice {

std::string TreeNode::where() const {
  std::string text = file_;
  if (line_ > 0) text += ":" + std::to_string(line_);
  if (!path_.empty()) text += ": " + path_;
  return text;
}

std::vector<const ConfigNode*> TreeNode::items() const {
  std::vector<const ConfigNode*> items;
  if (kind_ == Kind::kScalar) items.push_back(this);
  for (const auto& item : items_) items.push_back(item.get());
  return items;
}

std::vector<std::pair<std::string, const ConfigNode*>> TreeNode::members() const {
  std::vector<std::pair<std::string, const ConfigNode*>> members;
  for (const auto& [key, value] : members_) members.emplace_back(key, value.get());
  return members;
}

const ConfigNode* TreeNode::Get(std::string_view key) const {
  for (const auto& [name, value] : members_) {
    if (name == key) return value.get();
  }
  return nullptr;
}

TreeNode* TreeNode::Member(std::string_view key) {
  for (const auto& [name, value] : members_) {
    if (name == key) return value.get();
  }
  return nullptr;
}

TreeNode& TreeNode::AddItem(std::unique_ptr<TreeNode> item) {
  return *items_.emplace_back(std::move(item));
}

TreeNode& TreeNode::SetMember(std::string key, std::unique_ptr<TreeNode> value) {
  for (auto& [name, old] : members_) {
    if (name == key) {
      old = std::move(value);
      return *old;
    }
  }
  return *members_.emplace_back(std::move(key), std::move(value)).second;
}

void TreeNode::AddDefaultItem(std::string text) {
  const std::string path = path_ + "[" + std::to_string(items_.size()) + "]";
  AddItem(std::make_unique<TreeNode>(Kind::kScalar, file_, line_, path)).SetText(std::move(text));
}

TreeNode& TreeNode::AddDefault(const std::string& key, Kind kind) {
  const std::string path = path_.empty() ? key : path_ + "." + key;
  return SetMember(key, std::make_unique<TreeNode>(kind, file_, line_, path));
}

void TreeNode::MarkSecret() {
  secret_ = true;
  for (const auto& item : items_) item->MarkSecret();
  for (const auto& [key, value] : members_) value->MarkSecret();
}

void TreeNode::BecomeMap() {
  if (kind_ == Kind::kMap) return;
  kind_ = Kind::kMap;
  text_.clear();
  items_.clear();
}

}  // namespace sluice
