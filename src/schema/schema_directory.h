#pragma once

#include <map>
#include <string>

#include "schema/json_schema.h"
#include "schema/schema_tree.h"
#include "sluice/schema_registry.h"

namespace sluice {

/// The schemas of one directory, compiled.
class SchemaDirectory final : public SchemaRegistry {
 public:
  explicit SchemaDirectory(SchemaTree tree);

  [[nodiscard]] const JsonSchema* Find(std::string_view name) const override;
  [[nodiscard]] const std::map<std::string, JsonSchema, std::less<>>& schemas() const {
    return schemas_;
  }

 private:
  SchemaTree tree_;
  std::map<std::string, JsonSchema, std::less<>> schemas_;
};

}  // namespace sluice
