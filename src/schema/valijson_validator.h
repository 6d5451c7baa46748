#pragma once

#include <memory>

#include "schema/schema_node.h"
#include "sluice/value.h"

namespace sluice {

/// The verdict by valijson: for what the compiled program refuses or can't decide. Some 10
/// microseconds and 250 allocations per event. Immutable and thread-safe.
///
/// valijson never sees the files, but a text made from the checked schema, without what makes
/// it abort or go wrong: annotations, ids and remote references, and formats on values that aren't
/// strings. Regular expressions are run by RE2 (PatternConstraints).
class ValijsonValidator {
 public:
  explicit ValijsonValidator(const SchemaNode& root);
  ~ValijsonValidator();
  ValijsonValidator(const ValijsonValidator&) = delete;
  ValijsonValidator& operator=(const ValijsonValidator&) = delete;

  [[nodiscard]] bool Accepts(Value document) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace sluice
