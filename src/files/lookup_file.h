#pragma once

#include <memory>
#include <string>

#include "memory/memory_lookups.h"
#include "sluice/result.h"

namespace sluice {

/// Reads the reference data of one database from NDJSON, plain or gzip; one entry a line:
///
///   {"db": 5, "key": "do_1", "type": "string", "value": "text"}
///   {"db": 2, "key": "d1", "type": "hash", "value": {"field": "text"}}
///
/// Lines without `db` are of database 0, those of another database are skipped. Members of other
/// names are ignored. A key of another type is of the wrong type for every lookup. An empty hash is
/// missing, as it is in Redis.
///
/// kInvalidConfig: the file can't be read, or a line has another form; file:line is named.
Result<std::shared_ptr<const MemoryLookups>> LoadLookups(const std::string& path, int db);

}  // namespace sluice
