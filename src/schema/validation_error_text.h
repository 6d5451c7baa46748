#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/schema_registry.h"

namespace sluice {

/// `metadata.validation_error` where nothing better can be said.
inline constexpr std::string_view kNoFieldText =
    "Unable to obtain field name for failed validation";
/// `metadata.validation_error` of an event without schema.
inline constexpr std::string_view kNoSchemaText =
    "Schema not found: eid looks incorrect, sending to failed";

/// `metadata.validation_error` as the original writes it (telemetry-schemas.md 7): a pointer with
/// double quotes around it, into the event or (QUIRK P-3) into the schema file.
std::string ValidationErrorText(const SchemaViolation& violation);

/// The errors for people: "/edata/type type, / required".
std::string ErrorListText(const std::vector<SchemaError>& errors);

}  // namespace sluice
