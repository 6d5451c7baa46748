#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/config_node.h"
#include "sluice/result.h"

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
  kList,       ///< A list of maps whose keys are `fields`.
  kSection,    ///< A map whose keys are `fields`.
  kMap,        ///< Free map of strings.
  kAny,        ///< Checked elsewhere.
};

/// One configuration key: parser, check and documentation come from it.
struct FieldSpec {
  std::string name;
  FieldType type = FieldType::kString;
  std::string description;  ///< One full sentence.
  /// As written in YAML; it stands in the node before `validate`, `describe` or `build` see it.
  std::optional<std::string> default_value = std::nullopt;
  bool required = false;
  std::vector<FieldSpec> fields = {};  ///< Of a kSection, or of the elements of a kList.
  /// Of a sink: an absent value is that of the source's key of the same name, where it has one.
  bool from_source = false;
  std::vector<std::string> one_of = {};              ///< The only values, where not empty.
  std::optional<std::int64_t> least = std::nullopt;  ///< A number, milliseconds or bytes.
  std::optional<std::int64_t> most = std::nullopt;
};

/// What a configuration can name: a stage, a source, a sink or a store.
struct Spec {
  std::string name;     ///< [a-z][a-z0-9_]*
  std::string summary;  ///< One full sentence.
  std::vector<FieldSpec> fields;
  std::string example;  ///< YAML of one entry; a test validates it.

  /// Checks beyond what the fields say; pure: no network. May be empty. Runs only once the fields
  /// are right. Each line of the error is one problem.
  std::function<Status(const ConfigNode&)> validate;
};

/// The specs of one kind, from one explicit list.
template <typename S>
class SpecRegistry {
 public:
  /// kFatal if the name is taken.
  Status Add(S spec) {
    if (Find(spec.name) != nullptr) {
      return Error{ErrorKind::kFatal, "two of the same kind are named " + spec.name};
    }
    specs_.push_back(std::move(spec));
    return Ok();
  }
  /// nullptr if there is none of that name. Valid until the next Add.
  [[nodiscard]] const S* Find(std::string_view name) const {
    const auto at = std::ranges::find(specs_, name, &S::name);
    return at == specs_.end() ? nullptr : &*at;
  }
  [[nodiscard]] const std::vector<S>& specs() const { return specs_; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const S& spec : specs_) names.push_back(spec.name);
    return names;
  }

 private:
  std::vector<S> specs_;
};

}  // namespace sluice
