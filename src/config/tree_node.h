#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/config_node.h"

namespace sluice {

/// A node of the configuration as it was read: the one implementation of ConfigNode.
class TreeNode final : public ConfigNode {
 public:
  /// `file` is what stands before the line number; `path` is "stages[3].deduplicate.ttl".
  TreeNode(Kind kind, std::string file, int line, std::string path)
      : kind_(kind), file_(std::move(file)), line_(line), path_(std::move(path)) {}

  [[nodiscard]] Kind kind() const override { return kind_; }
  [[nodiscard]] std::string where() const override;
  [[nodiscard]] std::string text() const override { return text_; }
  [[nodiscard]] std::vector<const ConfigNode*> items() const override;
  [[nodiscard]] std::vector<std::pair<std::string, const ConfigNode*>> members() const override;
  [[nodiscard]] const ConfigNode* Get(std::string_view key) const override;
  [[nodiscard]] std::string shown() const override;

  /// True if the value must not be shown.
  [[nodiscard]] bool secret() const { return secret_; }

  void SetText(std::string text) { text_ = std::move(text); }
  /// Everything below it is secret too.
  void MarkSecret();
  TreeNode& AddItem(std::unique_ptr<TreeNode> item);
  /// Adds the member, or replaces the one of that name.
  TreeNode& SetMember(std::string key, std::unique_ptr<TreeNode> value);
  /// A member that the file does not have; complaints about it name the map's line.
  TreeNode& AddDefault(const std::string& key, Kind kind);
  /// An element of a list that the file does not have.
  void AddDefaultItem(std::string text);
  TreeNode* Member(std::string_view key);
  TreeNode* Item(std::size_t index) {
    return index < items_.size() ? items_[index].get() : nullptr;
  }
  void ReplaceItem(std::size_t index, std::unique_ptr<TreeNode> item) {
    items_[index] = std::move(item);
  }
  /// Anything but a map turns into an empty map.
  void BecomeMap();

 private:
  Kind kind_;
  bool secret_ = false;
  std::string file_;
  int line_;
  std::string path_;
  std::string text_;
  std::vector<std::unique_ptr<TreeNode>> items_;
  std::vector<std::pair<std::string, std::unique_ptr<TreeNode>>> members_;
};

}  // namespace sluice
