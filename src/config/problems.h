#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/config_node.h"
#include "sluice/result.h"

namespace sluice {

/// Collects what is wrong with a configuration, so that one run shows all of it.
class Problems {
 public:
  void Add(const ConfigNode& node, std::string_view what) { Add(node.Complain(what).message); }
  void Add(std::string line);
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  /// One problem per line, kInvalidConfig.
  [[nodiscard]] Error ToError() const;

 private:
  std::vector<std::string> lines_;
};

/// ", did you mean `deduplicate`?" for the candidate that is nearest to `name`, or "" where none is
/// near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace sluice
