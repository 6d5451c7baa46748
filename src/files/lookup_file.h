#pragma once

#include <memory>
#include <string>

#include "memory/memory_lookups.h"
#include "sluice/result.h"

namespace sluice {

/// Reads the reference data of one database (entry_file.h says from what). A key of another type
/// than a string or a hash is of the wrong type for every lookup.
///
/// kInvalidConfig: the file can't be read, or a line has another form; file:line is named.
Result<std::shared_ptr<const MemoryLookups>> LoadLookups(const std::string& path, int db);

}  // namespace sluice
