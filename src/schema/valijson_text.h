#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "sluice/value.h"

namespace sluice {

/// Keywords of ours in place of those that hold regular expressions (PatternConstraints): the
/// expression of `pattern`; the address of the SchemaNode that has `patternProperties`.
inline constexpr std::string_view kPatternKeyword = "sluice pattern";
inline constexpr std::string_view kNamesKeyword = "sluice names";

/// Writes a schema as one document without references to other files: what a $ref points to
/// stands under "definitions", which also serves recursion.
class ValijsonText {
 public:
  static rapidjson::Document SchemaText(const SchemaNode& root);

  /// The document as a RapidJSON value that borrows the document's texts where it can.
  static rapidjson::Value DocumentValue(Value value, rapidjson::Document::AllocatorType& memory);

 private:
  using Json = rapidjson::Value;

  explicit ValijsonText(rapidjson::Document& text) : memory_(text.GetAllocator()) {}

  Json Write(const SchemaNode& node);
  Json WriteChild(const SchemaNode& node);
  Json WriteOperand(const SchemaNode::Keyword& keyword);
  Json WriteMap(const SchemaNode::Keyword& keyword);
  Json WriteFormat(const SchemaNode::Keyword& keyword);
  void AddNames(const SchemaNode& node, Json& schema);
  Json CopyOf(const Json& json);
  void Add(Json& object, std::string_view name, Json value);

  rapidjson::Document::AllocatorType& memory_;
  std::map<const SchemaNode*, std::string> definitions_;
  std::vector<const SchemaNode*> unwritten_;
};

}  // namespace sluice
