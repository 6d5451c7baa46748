#pragma once

#include <rapidjson/document.h>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "schema/keyword_rules.h"
#include "schema/schema_files.h"
#include "schema/schema_node.h"
#include "sluice/result.h"

namespace sluice {

/// Turns the JSON of schema files into schema nodes: checks every keyword's operand, so that
/// nothing behind it has to, and follows every $ref.
///
/// A $ref names a file of the same directory by its last path segment, whatever stands before it
/// ("common.json", "resource:/schemas/telemetry/3.0/common.json#/properties/ver"), or a place in
/// its own file ("#/definitions/x").
class SchemaReader {
 public:
  /// Nodes are added to `nodes`; they point into `files`.
  SchemaReader(const SchemaFiles& files, std::deque<SchemaNode>& nodes)
      : files_(files), nodes_(nodes) {}

  Result<const SchemaNode*> ReadRoot(const std::string& file);

 private:
  struct Place {
    std::string file;
    std::string pointer;

    [[nodiscard]] Place operator/(std::string_view name) const;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  using Json = rapidjson::Value;

  // All return nullptr or false after Fail.
  const SchemaNode* ReadSchema(const Place& place, const Json& json);
  const SchemaNode* Follow(const Place& place, const Json& reference);
  const SchemaNode* ReadTarget(const Place& place, const Place& target, const Json& json);
  bool ReadKeywords(const Place& place, const Json& json, SchemaNode& node);
  /// Leaves a keyword without operand where it has no effect.
  bool ReadKeyword(Operand operand, const Place& place, SchemaNode::Keyword& keyword,
                   SchemaNode& node);
  bool ReadTypes(const Place& place, const Json& json, SchemaNode& node);
  bool ReadValues(const Place& place, const Json& json, SchemaNode& node);
  bool ReadRequired(const Place& place, const Json& json, SchemaNode& node);
  bool ReadBound(Operand operand, const Place& place, const SchemaNode::Keyword& keyword,
                 SchemaNode& node);
  bool ReadFlag(const Place& place, const SchemaNode::Keyword& keyword, SchemaNode& node);
  bool ReadFormat(const Place& place, SchemaNode::Keyword& keyword, const SchemaNode& node);
  bool ReadChildren(Operand operand, const Place& place, SchemaNode::Keyword& keyword);
  bool ReadDependencies(const Place& place, SchemaNode::Keyword& keyword);
  static void StoreChildren(const SchemaNode::Keyword& keyword, SchemaNode& node);
  bool CheckPattern(const Place& place, std::string_view pattern);
  bool CheckNames(const Place& place, const Json& json);
  bool Fail(const Place& place, const std::string& what);

  const SchemaFiles& files_;
  std::deque<SchemaNode>& nodes_;
  std::map<Place, SchemaNode*> known_;
  std::set<Place> following_;  ///< The $refs on the way to the node at hand.
  int depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace sluice
