#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/config_node.h"
#include "sluice/result.h"

namespace sluice {

/// Collects what is wrong with a configuration, so that one run shows all of it.
class Problems {
 public:
  void Add(const ConfigNode& node, std::string_view what);
  void Add(std::string line);
  /// Adds a problem that leaves the node without a usable value: what the checks say about the
  /// same node later is not shown.
  void AddLost(const ConfigNode& node, std::string_view what);
  /// True if the node, or one below it, has no usable value.
  [[nodiscard]] bool IsLost(const ConfigNode& node) const;
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  /// kInvalidConfig; one problem per line, the first 20.
  [[nodiscard]] Error ToError() const;

 private:
  std::vector<std::string> lines_;
  std::set<std::string> lost_;  ///< where() of the nodes without a value.
};

/// ", did you mean `deduplicate`?" for the candidate that is nearest to `name`, or "" where none is
/// near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace sluice
