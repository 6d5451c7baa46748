#include "schema/json_schema.h"

#include "schema/schema_compiler.h"
#include "schema/violation_locator.h"

namespace sluice {

JsonSchema::JsonSchema(const SchemaNode& root)
    : root_(root), compiled_(SchemaCompiler::Compile(root)), valijson_(root) {}

bool JsonSchema::Accepts(Value document) const {
  if (compiled_ != nullptr && compiled_->Accepts(document)) return true;
  return valijson_.Accepts(document);
}

SchemaViolation JsonSchema::FirstViolation(Value document) const {
  const auto found = ViolationLocator::Find(root_, document, 1);
  // Nothing is found where a keyword that only valijson knows has failed: it is said of the whole.
  return found.empty() ? SchemaViolation{} : found.front().at;
}

std::vector<SchemaError> JsonSchema::Errors(Value document, std::size_t limit) const {
  std::vector<SchemaError> errors;
  for (const LocatedViolation& violation : ViolationLocator::Find(root_, document, limit)) {
    errors.push_back({violation.at.instance_pointer, violation.keyword});
  }
  if (errors.empty() && limit > 0) errors.push_back({"", "schema"});
  return errors;
}

}  // namespace sluice
