#include "schema/validation_error_text.h"

namespace sluice {

std::string ValidationErrorText(const SchemaViolation& violation) {
  using Part = SchemaViolation::Part;
  switch (violation.part) {
    case Part::kCommon:
      return '"' + violation.instance_pointer + '"';
    case Part::kOwn:
      return '"' + violation.schema_pointer + '"';
    case Part::kOneOf:
      return "\"\"";
    case Part::kRoot:
      break;
  }
  return std::string(kNoFieldText);
}

}  // namespace sluice
