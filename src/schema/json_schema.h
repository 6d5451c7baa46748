#pragma once

#include <memory>
#include <vector>

#include "schema/compiled_schema.h"
#include "schema/schema_node.h"
#include "schema/valijson_validator.h"
#include "sluice/schema_registry.h"

namespace sluice {

/// A schema in two tiers: the compiled program accepts; what it refuses, or where there is none,
/// valijson decides. The locator says where a refused document fails.
class JsonSchema final : public Schema {
 public:
  /// `root` must outlive it.
  explicit JsonSchema(const SchemaNode& root);

  [[nodiscard]] bool Accepts(Value document) const override;
  [[nodiscard]] SchemaViolation FirstViolation(Value document) const override;
  [[nodiscard]] std::vector<SchemaError> Errors(Value document, std::size_t limit) const override;

  // The tiers, for the test that holds them together.
  [[nodiscard]] const CompiledSchema* compiled() const { return compiled_.get(); }
  [[nodiscard]] const ValijsonValidator& valijson() const { return valijson_; }
  [[nodiscard]] const SchemaNode& root() const { return root_; }

 private:
  const SchemaNode& root_;
  std::unique_ptr<const CompiledSchema> compiled_;  ///< nullptr: only valijson can decide.
  ValijsonValidator valijson_;
};

}  // namespace sluice
