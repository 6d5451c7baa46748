#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/problems.h"
#include "config/tree_node.h"
#include "sluice/stage_spec.h"

namespace sluice {

using Fields = std::vector<FieldSpec>;

inline constexpr std::int64_t kMostInt = std::numeric_limits<std::int32_t>::max();

FieldSpec Field(std::string name, FieldType type, std::string fallback);
FieldSpec Optional(std::string name, FieldType type);
FieldSpec Required(std::string name, FieldType type, std::string what);
/// A map whose own keys are checked when it is read.
FieldSpec Section(std::string name);

/// The members of a map of texts; none if it is not there.
std::map<std::string, std::string> Texts(const ConfigNode& node, std::string_view key);

/// What the readers of a file's sections ask of its nodes; complaints go to the problems.
class NodeRules {
 public:
  /// `problems` must outlive it.
  explicit NodeRules(Problems& problems) : problems_(problems) {}

  [[nodiscard]] Problems& problems() const { return problems_; }

  /// Unknown and missing keys, and the form of every value; fills in defaults.
  void Check(TreeNode& node, const Fields& fields) const;
  /// Complains about a value that has the form of its type but does not follow a rule.
  void Demand(TreeNode& node, std::string_view key, FieldType type, bool good,
              std::string_view rule) const;
  void DemandOneOf(TreeNode& node, std::string_view key,
                   const std::vector<std::string>& values) const;
  std::int64_t Count(TreeNode& node, std::string_view key, std::int64_t most) const;

  /// A topic, or every topic of a member, is checked with its prefix.
  void DemandTopic(const ConfigNode& topic, const std::string& prefix) const;
  void DemandTopics(const ConfigNode& node, std::string_view key, const std::string& prefix) const;

  /// The one of several members that is there; complains and is null if it is not exactly one.
  TreeNode* Choice(TreeNode& node, const std::vector<std::string>& keys) const;

 private:
  Problems& problems_;
};

/// A part of the file; an empty one if it is not there.
TreeNode& SectionOf(TreeNode& root, const std::string& key);

}  // namespace sluice
