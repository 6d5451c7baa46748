#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "schema/pattern.h"
#include "schema/schema_node.h"

namespace valijson {
class Schema;
}

namespace sluice {

/// Compiles schemas for valijson, with constraints of ours in place of those for which it would run
/// std::regex: `pattern`, and `patternProperties` with `additionalProperties`. Immutable and
/// thread-safe once all is compiled.
class PatternConstraints {
 public:
  /// What `patternProperties` and `additionalProperties` of a schema ask of an object.
  struct Names {
    struct Matched {
      Pattern pattern;
      const valijson::Schema* schema = nullptr;
    };
    std::vector<Matched> matched;
    std::set<std::string> known;               ///< `properties`, which valijson checks itself.
    bool closed = false;                       ///< No other names.
    const valijson::Schema* others = nullptr;  ///< Of the rest; may be nullptr.
  };

  PatternConstraints();
  ~PatternConstraints();
  PatternConstraints(const PatternConstraints&) = delete;
  PatternConstraints& operator=(const PatternConstraints&) = delete;

  /// Lives as long as this.
  const valijson::Schema& SchemaOf(const SchemaNode& node);
  const Names& NamesOf(const SchemaNode& node);

 private:
  std::map<const SchemaNode*, std::unique_ptr<valijson::Schema>> schemas_;
  std::map<const SchemaNode*, std::unique_ptr<Names>> names_;
};

}  // namespace sluice
