#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "config/problems.h"
#include "config/tree_node.h"

namespace sluice {

enum class Lines : std::uint8_t { kShown, kHidden };

/// Turns YAML text into nodes. `origin` names the text in complaints, followed by the line if
/// `lines` says so. Returns nullptr where the text is no YAML. Problems (a syntax error, equal
/// keys) are added to `problems`.
std::unique_ptr<TreeNode> ReadYaml(const std::string& text, const std::string& origin, Lines lines,
                                   Problems& problems);

/// YAML text of a node and what is below it, with secrets as "[redacted]".
std::string WriteYaml(const TreeNode& node);

}  // namespace sluice
