#pragma once

#include <deque>
#include <map>
#include <string>

#include "schema/schema_files.h"
#include "schema/schema_node.h"
#include "sluice/result.h"

namespace sluice {

/// The checked schemas of a directory. Immutable once read.
class SchemaTree {
 public:
  /// kInvalidConfig, naming the file and the JSON pointer, where a keyword is mistyped, unknown to
  /// draft-04 but sure to mean something, or refers to what isn't there or to itself.
  static Result<SchemaTree> Read(SchemaFiles files);

  /// The root schema of each file, by file name.
  [[nodiscard]] const std::map<std::string, const SchemaNode*>& roots() const { return roots_; }

 private:
  SchemaFiles files_;  ///< Holds the operands of the keywords.
  std::deque<SchemaNode> nodes_;
  std::map<std::string, const SchemaNode*> roots_;
};

}  // namespace sluice
