#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/problems.h"
#include "config/tree_node.h"

namespace sluice {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Expansion {
  std::string text;
  std::string problem;  ///< Empty if all is well.
  bool secret = false;  ///< A variable whose name says that it is one went in.
};

/// Resolves ${VAR}, ${VAR:-default} and ${VAR:?message} in one scalar; "$${" stands for "${". A
/// default may hold variables itself; the value of a variable is taken as it is.
/// Happens after YAML was parsed, so that a value can't bring in structure.
Expansion Expand(std::string_view text, const Environment& environment);

/// Resolves the variables of every scalar in the tree; a scalar with a secret one becomes secret.
void ExpandTree(TreeNode& node, const Environment& environment, Problems& problems);

}  // namespace sluice
