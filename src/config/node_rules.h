#pragma once

#include <cstdint>
#include <limits>
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

/// One for each name.
Fields Sections(const std::vector<std::string>& names);

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

/// A node, and the spec of the kind that it chooses by its key.
template <typename S>
struct ChosenSpec {
  const S* spec = nullptr;
  TreeNode* node = nullptr;
};

/// The kind that a source, sink or store chooses; complains, and both are null, if it is not
/// exactly one.
template <typename S>
ChosenSpec<S> ChooseSpec(TreeNode& node, const SpecRegistry<S>& registry, const NodeRules& rules) {
  TreeNode* chosen = rules.Choice(node, registry.names());
  if (chosen == nullptr) return {};
  for (const S& spec : registry.specs()) {
    if (node.Member(spec.name) == chosen) return {&spec, chosen};
  }
  return {};
}

/// A part of the file; an empty one if it is not there.
TreeNode& SectionOf(TreeNode& root, const std::string& key);

}  // namespace sluice
