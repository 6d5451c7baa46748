#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/config_node.h"
#include "sluice/resources.h"
#include "sluice/result.h"
#include "sluice/stage.h"

namespace sluice {

enum class FieldType : std::uint8_t {
  kString,
  kStringList,  ///< A list of strings, or one string.
  kInt,
  kBool,
  kDuration,   ///< "250ms", "10s", "5m", "24h"
  kBytes,      ///< "64KiB", "1MiB", "1572864"
  kPointer,    ///< JSON pointer, such as /context/did
  kStore,      ///< Name of an entry under `stores`.
  kTopic,      ///< Topic name without prefix.
  kTopicList,  ///< A list of them, or one.
  kList,       ///< A list of maps whose fields are `fields`.
  kMap,        ///< Free map of strings.
  kAny,        ///< Checked elsewhere.
};

/// One configuration key of a stage: parser, check and documentation come from it.
struct FieldSpec {
  std::string name;
  FieldType type = FieldType::kString;
  std::string description;  ///< One full sentence.
  std::optional<std::string> default_value =
      std::nullopt;  ///< As written in YAML; nullopt: no default.
  bool required = false;
  std::vector<FieldSpec> fields = {};  ///< Of the elements of a kList.
};

/// A stage as the configuration sees it. `field_list` stages (route) are written as a list of maps
/// instead of one map; `fields` then describes the elements.
struct StageSpec {
  std::string name;     ///< [a-z][a-z0-9_]*, a verb.
  std::string summary;  ///< One full sentence.
  std::vector<FieldSpec> fields;
  bool field_list = false;
  std::string example;               ///< YAML of one stage entry; a test validates it.
  std::vector<std::string> reasons;  ///< Reason codes that it diverts or drops with.

  /// Checks beyond the fields' types; pure: no network. May be empty.
  std::function<Status(const ConfigNode&)> validate;
  /// Makes a worker's instance; may read files and connect.
  std::function<Result<std::unique_ptr<Stage>>(const ConfigNode&, Resources&)> build;
};

/// The stages that there are, from one explicit list (stages/builtin.cc).
class StageRegistry {
 public:
  /// kFatal if the name is taken.
  Status Add(StageSpec spec);
  [[nodiscard]] const StageSpec* Find(std::string_view name) const;
  [[nodiscard]] const std::vector<StageSpec>& specs() const { return specs_; }

 private:
  std::vector<StageSpec> specs_;
};

}  // namespace sluice
