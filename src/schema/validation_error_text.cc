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

std::string ErrorListText(const std::vector<SchemaError>& errors) {
  std::string text;
  for (const SchemaError& error : errors) {
    if (!text.empty()) text += ", ";
    text += error.instance_pointer.empty() ? "/" : error.instance_pointer;
    text += " " + error.keyword;
  }
  return text;
}

}  // namespace sluice
