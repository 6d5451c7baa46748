#pragma once

#include <memory>
#include <string>

#include "config/expand.h"
#include "config/problems.h"
#include "config/tree_node.h"

namespace sluice {

/// Turns YAML text into nodes, with every variable resolved. `file` names the text in complaints;
/// `path` is where the nodes hang. Returns nullptr where the text is no YAML. Problems
/// (a syntax error, equal keys, unset variables) are added to `problems`.
std::unique_ptr<TreeNode> ReadYaml(const std::string& text, const std::string& file,
                                   const std::string& path, const Environment& environment,
                                   Problems& problems);

/// YAML text of a node and what is below it, with secrets as "[redacted]".
std::string WriteYaml(const TreeNode& node);

}  // namespace sluice
