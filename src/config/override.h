#pragma once

#include "config/config.h"

namespace sluice {

/// Puts one value in its place in the tree. What is wrong with it is added to `problems`, which
/// then name the override instead of a file and line.
void ApplyOverride(TreeNode& root, const Override& set, Problems& problems);

}  // namespace sluice
