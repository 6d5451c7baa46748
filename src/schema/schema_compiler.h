#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schema/compiled_schema.h"
#include "schema/schema_node.h"

namespace sluice {

/// Compiles one schema. What applies to the same value (a schema and the branches of its allOf) is
/// merged into one rule, so that its members are visited once.
class SchemaCompiler {
 public:
  /// nullptr where the schema has a keyword that only valijson decides, or is too large.
  static std::unique_ptr<const CompiledSchema> Compile(const SchemaNode& root);

 private:
  /// Schemas that all apply to one value; in order of address, none twice.
  using Group = std::vector<const SchemaNode*>;
  using Rule = CompiledSchema::Rule;
  using Slot = CompiledSchema::Slot;
  using Keyword = CompiledSchema::Keyword;
  using RuleIndex = CompiledSchema::RuleIndex;

  struct Child {
    TypeSet types = kAnyType;
    RuleIndex rule = CompiledSchema::kNoRule;
  };

  SchemaCompiler() : program_(std::make_unique<CompiledSchema>()) {}

  RuleIndex AddRule(Group group);
  Child AddChild(const Group& group);
  void FillRule(RuleIndex index, const Group& group);
  void AddKeywords(const SchemaNode& node, std::vector<Keyword>& keywords);
  void AddBounds(const SchemaNode& node, std::vector<Keyword>& keywords);
  void AddBranches(Keyword::Kind kind, const std::vector<const SchemaNode*>& branches,
                   std::vector<Keyword>& keywords);
  void AddMembers(const Group& group, Rule& rule);
  void AddSlots(const std::vector<std::pair<std::string, Slot>>& members, Rule& rule);
  static bool PlaceSlots(const std::vector<Slot>& members, unsigned bits, std::uint32_t multiplier,
                         std::vector<Slot>& table);

  std::unique_ptr<CompiledSchema> program_;
  std::map<Group, RuleIndex> known_;
  bool failed_ = false;
};

}  // namespace sluice
