#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sluice/document.h"
#include "sluice/result.h"

namespace sluice {

/// What one line of a file of entries says; valid while it is shown.
struct FileEntry {
  enum class Kind : std::uint8_t { kText, kHash, kSet, kOther };
  Kind kind = Kind::kText;
  std::string_view key;
  std::string_view type;  ///< As the line has it.
  /// A string; an object of strings; an array of strings; of kOther any value or none.
  Value value;
  const Document* document = nullptr;  ///< That the value is of.
};

/// Reads the entries of one database from NDJSON, plain or gzip, one a line:
///
///   {"db": 5, "key": "do_1", "type": "string", "value": "text"}
///   {"db": 2, "key": "d1", "type": "hash", "value": {"field": "text"}}
///   {"db": 2, "key": "s1", "type": "set", "value": ["member"]}
///
/// Lines without `db` are of database 0, those of another database are skipped, and so are hashes
/// and sets without anything in them, which Redis doesn't have. Members of other names are ignored.
///
/// kInvalidConfig: the file can't be read, or a line has another form; file:line is named.
Status ReadEntries(const std::string& path, int db,
                   const std::function<void(const FileEntry&)>& take);

}  // namespace sluice
