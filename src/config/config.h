#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/expand.h"
#include "config/problems.h"
#include "config/tree_node.h"
#include "sluice/result.h"

namespace sluice {

/// `--set key=value`: "source.kafka.brokers", "stages[3].deduplicate.ttl" or the same with
/// "stages.3."; what follows "options." is one key, dots and all. Maps that are not there are made.
/// The value is YAML; an empty one is the empty string.
struct Override {
  std::string key;
  std::string value;
};

/// A configuration file, expanded and overridden, not yet checked.
class Config {
 public:
  Config(std::string path, std::unique_ptr<TreeNode> root, Problems problems,
         Environment environment)
      : path_(std::move(path)),
        root_(std::move(root)),
        problems_(std::move(problems)),
        environment_(std::move(environment)) {}

  [[nodiscard]] const ConfigNode& root() const { return *root_; }
  /// For the check, which fills in defaults.
  [[nodiscard]] TreeNode& tree() { return *root_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// What was wrong so far and did not stop the reading; CheckPipeline reports it with the rest.
  [[nodiscard]] const Problems& problems() const { return problems_; }
  /// Loads a file that this one lists, relative to its folder; it lives as long as this.
  Result<Config*> LoadPart(const std::string& file);
  /// The effective configuration as YAML, with secrets as "[redacted]"; the parts follow, as
  /// further documents.
  [[nodiscard]] std::string Redacted() const;

 private:
  std::string path_;
  std::unique_ptr<TreeNode> root_;
  Problems problems_;
  Environment environment_;
  std::vector<std::unique_ptr<Config>> parts_;
};

/// kInvalidConfig if the file can't be read, is no YAML or no map.
Result<std::unique_ptr<Config>> LoadConfig(const std::string& path,
                                           const std::vector<Override>& overrides,
                                           const Environment& environment);

/// The variables of this process.
Environment ProcessEnvironment();

}  // namespace sluice
