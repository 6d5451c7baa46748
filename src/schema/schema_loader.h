#pragma once

#include <filesystem>
#include <memory>

#include "sluice/result.h"
#include "sluice/schema_registry.h"

namespace sluice {

/// Reads and compiles every *.json file of a directory as a draft-04 schema (a `$schema` that
/// says otherwise is not looked at). See SchemaReader for how a $ref finds its file.
///
/// kInvalidConfig, naming the file and the line or the JSON pointer: the directory is missing or
/// empty of schemas, a file can't be read or is no JSON, a keyword has an operand that it can't
/// have or is one of another draft, a $ref leads nowhere or back to itself. Nothing is left that
/// could fail later.
Result<std::shared_ptr<const SchemaRegistry>> LoadSchemas(const std::filesystem::path& directory);

}  // namespace sluice
