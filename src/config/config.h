#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/expand.h"
#include "config/tree_node.h"
#include "sluice/result.h"

namespace sluice {

/// `--set key=value`: "source.kafka.brokers", "stages[3].deduplicate.ttl"; what follows
/// "options." is one key, dots and all. The value is YAML.
struct Override {
  std::string key;
  std::string value;
};

/// A configuration file, expanded and overridden, not yet checked.
class Config {
 public:
  Config(std::string path, std::unique_ptr<TreeNode> root)
      : path_(std::move(path)), root_(std::move(root)) {}

  [[nodiscard]] const ConfigNode& root() const { return *root_; }
  /// For the check, which fills in defaults.
  [[nodiscard]] TreeNode& tree() { return *root_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The effective configuration as YAML, with secrets as "[redacted]".
  [[nodiscard]] std::string Redacted() const;

 private:
  std::string path_;
  std::unique_ptr<TreeNode> root_;
};

/// kInvalidConfig with every problem of the text, one per line.
Result<std::unique_ptr<Config>> LoadConfig(const std::string& path,
                                           const std::vector<Override>& overrides,
                                           const Environment& environment);

/// The variables of this process.
Environment ProcessEnvironment();

}  // namespace sluice
