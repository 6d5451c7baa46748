#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "schema/schema_node.h"
#include "sluice/schema_registry.h"
#include "sluice/value.h"

namespace sluice {

/// One failed keyword.
struct LocatedViolation {
  SchemaViolation at;
  std::string keyword;
};

/// Finds where a document fails its schema, in the order of telemetry-schemas.md 7: the branches of
/// the root's allOf one after the other, then the root itself. In each the values depth first: the
/// keywords of a value's schema; if none fails its members in UTF-16 order of their names, or its
/// elements.
///
/// Keywords that only valijson decides (SchemaNode::opaque) are not looked at.
class ViolationLocator {
 public:
  /// At most `limit` of them; empty where nothing is found.
  static std::vector<LocatedViolation> Find(const SchemaNode& root, Value document,
                                            std::size_t limit);

 private:
  explicit ViolationLocator(std::size_t limit) : limit_(limit) {}

  void VisitRoot(const SchemaNode& root, Value document);
  /// False where the value or something in it fails.
  bool Visit(const SchemaNode& schema, Value value);
  bool VisitBranches(const SchemaNode& schema, Value value);
  bool VisitMembers(const SchemaNode& schema, Value object);
  bool VisitItems(const SchemaNode& items, Value array);
  bool CheckOwnKeywords(const SchemaNode& schema, Value value);
  void Report(const SchemaNode& schema, const char* keyword);
  [[nodiscard]] bool full() const { return found_.size() >= limit_; }

  std::size_t limit_;
  SchemaViolation::Part part_ = SchemaViolation::Part::kRoot;
  std::string pointer_;
  std::vector<LocatedViolation> found_;
};

}  // namespace sluice
