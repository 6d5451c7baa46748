#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Expansion {
  std::string text;
  std::string problem;  ///< Empty if all is well.
  bool secret = false;  ///< A variable whose name says that it is one went in.
};

/// Resolves ${VAR}, ${VAR:-default} and ${VAR:?message} in one scalar; "$${" stands for "${".
/// Happens after YAML was parsed, so that a value can't bring in structure.
Expansion Expand(std::string_view text, const Environment& environment);

}  // namespace sluice
