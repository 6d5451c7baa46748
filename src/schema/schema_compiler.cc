#include "schema/schema_compiler.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sluice {
namespace {

/// Merging can multiply schemas; one that grows beyond this isn't worth a program,
/// and the compiler recurs for each of them.
constexpr std::size_t kMaxRules = 2'000;

/// Adds a schema and everything that its allOf applies to the same value.
void Expand(const SchemaNode* node, std::set<const SchemaNode*>& group) {
  if (!group.insert(node).second) return;
  for (const SchemaNode* branch : node->all_of) Expand(branch, group);
}

/// What applies to the member of this name, or nullopt where some schema refuses it.
std::optional<std::vector<const SchemaNode*>> SchemasOfMember(
    const std::vector<const SchemaNode*>& group, const std::string& name) {
  std::vector<const SchemaNode*> schemas;
  for (const SchemaNode* node : group) {
    if (const SchemaNode* property = node->Property(name); property != nullptr) {
      schemas.push_back(property);
    } else if (node->closed) {
      return std::nullopt;
    } else if (node->additional != nullptr) {
      schemas.push_back(node->additional);
    }
  }
  return schemas;
}

/// The types of a set in which whole numbers are numbers.
TypeSet WithoutInteger(TypeSet types) {
  const bool integer = (types & kIntegerBit) != 0;
  types &= kAnyType;
  return integer ? static_cast<TypeSet>(types | TypeBit(ValueType::kNumber)) : types;
}

}  // namespace

std::unique_ptr<const CompiledSchema> SchemaCompiler::Compile(const SchemaNode& root) {
  SchemaCompiler compiler;
  compiler.AddRule({&root});
  if (compiler.failed_) return nullptr;
  return std::move(compiler.program_);
}

CompiledSchema::RuleIndex SchemaCompiler::AddRule(Group group) {
  std::set<const SchemaNode*> expanded;
  for (const SchemaNode* node : group) Expand(node, expanded);
  group.assign(expanded.begin(), expanded.end());
  const auto index = static_cast<RuleIndex>(program_->rules_.size());
  const auto [known, fresh] = known_.emplace(group, index);
  if (!fresh) return known->second;
  failed_ |= index >= kMaxRules;
  failed_ |= std::any_of(group.begin(), group.end(),
                         [](const SchemaNode* node) { return !node->opaque.empty(); });
  // Until it is filled, a recursive use must not take it for a rule that says nothing.
  program_->rules_.push_back({.has_members = true});
  if (!failed_) FillRule(index, group);
  return index;
}

SchemaCompiler::Child SchemaCompiler::AddChild(const Group& group) {
  if (group.empty()) return {};
  const RuleIndex index = AddRule(group);
  const Rule& rule = program_->rules_[index];
  const bool only_types = rule.keyword_count == 0 && !rule.has_members &&
                          rule.items == CompiledSchema::kNoRule && rule.item_types == kAnyType;
  return {rule.types, only_types ? CompiledSchema::kNoRule : index};
}

void SchemaCompiler::FillRule(RuleIndex index, const Group& group) {
  // Rules are added meanwhile, so this one is filled beside the list.
  Rule rule;
  for (const SchemaNode* node : group) rule.types &= WithoutInteger(node->types);
  program_->rules_[index].types = rule.types;

  std::vector<Keyword> keywords;
  for (const SchemaNode* node : group) AddKeywords(*node, keywords);
  rule.first_keyword = static_cast<std::uint32_t>(program_->keywords_.size());
  rule.keyword_count = static_cast<std::uint32_t>(keywords.size());
  program_->keywords_.insert(program_->keywords_.end(), keywords.begin(), keywords.end());

  AddMembers(group, rule);
  Group items;
  for (const SchemaNode* node : group) {
    if (node->items != nullptr) items.push_back(node->items);
  }
  const Child item = AddChild(items);
  rule.item_types = item.types;
  rule.items = item.rule;
  program_->rules_[index] = rule;
}

void SchemaCompiler::AddKeywords(const SchemaNode& node, std::vector<Keyword>& keywords) {
  const bool integer_only =
      (node.types & kIntegerBit) != 0 && (node.types & TypeBit(ValueType::kNumber)) == 0;
  if (integer_only) keywords.push_back({.kind = Keyword::Kind::kTypes, .types = node.types});
  if (node.values) {
    auto& values = program_->values_;
    const auto begin = static_cast<std::uint32_t>(values.size());
    values.insert(values.end(), node.values->begin(), node.values->end());
    const auto end = static_cast<std::uint32_t>(values.size());
    keywords.push_back({.kind = Keyword::Kind::kEnum, .begin = begin, .end = end});
  }
  AddBounds(node, keywords);
  AddBranches(Keyword::Kind::kAnyOf, node.any_of, keywords);
  AddBranches(Keyword::Kind::kOneOf, node.one_of, keywords);
  if (node.negated != nullptr) AddBranches(Keyword::Kind::kNot, {node.negated}, keywords);
}

void SchemaCompiler::AddBounds(const SchemaNode& node, std::vector<Keyword>& keywords) {
  using Kind = Keyword::Kind;
  const auto count = [&](Kind kind, const std::optional<std::uint64_t>& limit) {
    if (limit) keywords.push_back({.kind = kind, .count = *limit});
  };
  const auto bound = [&](Kind kind, const std::optional<double>& limit) {
    if (limit) keywords.push_back({.kind = kind, .bound = *limit});
  };
  count(Kind::kMinLength, node.min_length);
  count(Kind::kMaxLength, node.max_length);
  count(Kind::kMinItems, node.min_items);
  count(Kind::kMaxItems, node.max_items);
  bound(node.exclusive_minimum ? Kind::kAbove : Kind::kMinimum, node.minimum);
  bound(node.exclusive_maximum ? Kind::kBelow : Kind::kMaximum, node.maximum);
}

void SchemaCompiler::AddBranches(Keyword::Kind kind, const std::vector<const SchemaNode*>& branches,
                                 std::vector<Keyword>& keywords) {
  if (branches.empty()) return;
  std::vector<RuleIndex> rules;
  rules.reserve(branches.size());
  for (const SchemaNode* branch : branches) rules.push_back(AddRule({branch}));
  auto& all = program_->branches_;
  const auto begin = static_cast<std::uint32_t>(all.size());
  all.insert(all.end(), rules.begin(), rules.end());
  keywords.push_back({.kind = kind, .begin = begin, .end = static_cast<std::uint32_t>(all.size())});
}

void SchemaCompiler::AddMembers(const Group& group, Rule& rule) {
  std::set<std::string> required;
  std::set<std::string> names;
  Group additional;
  for (const SchemaNode* node : group) {
    required.insert(node->required.begin(), node->required.end());
    for (const SchemaNode::Named& property : node->properties) names.insert(property.name);
    rule.closed |= node->closed;
    if (node->additional != nullptr) additional.push_back(node->additional);
  }
  names.insert(required.begin(), required.end());
  if (required.size() >= CompiledSchema::kOptionalBit) failed_ = true;
  rule.required = (std::uint64_t{1} << std::min<std::size_t>(required.size(), 63)) - 1;

  std::vector<std::pair<std::string, Slot>> members;
  for (const std::string& name : names) {
    // A name that is refused has no slot: it then counts as not described, and since some schema
    // of the group is closed, so is the rule.
    const auto schemas = SchemasOfMember(group, name);
    if (!schemas) continue;
    const Child child = AddChild(*schemas);
    Slot slot;
    slot.types = child.types;
    slot.rule = child.rule;
    const auto bit = required.find(name);
    if (bit != required.end()) {
      slot.required_bit = static_cast<std::uint8_t>(std::distance(required.begin(), bit));
    }
    members.emplace_back(name, slot);
  }
  const Child others = rule.closed ? Child{} : AddChild(additional);
  rule.additional = others.rule;
  rule.additional_types = others.types;
  rule.has_members = rule.closed || !members.empty() || !additional.empty();
  AddSlots(members, rule);
}

void SchemaCompiler::AddSlots(const std::vector<std::pair<std::string, Slot>>& members,
                              Rule& rule) {
  std::vector<Slot> slots;
  slots.reserve(members.size());
  for (const auto& [name, member] : members) {
    Slot slot = member;
    slot.hash = HashName(name.data(), name.size());
    slot.name_begin = static_cast<std::uint32_t>(program_->names_.size());
    slot.name_size = static_cast<std::uint16_t>(name.size());
    failed_ |= name.size() > UINT16_MAX;
    program_->names_ += name;
    slots.push_back(slot);
  }
  constexpr unsigned kMaxBits = 16;
  constexpr std::uint32_t kTries = 1'000;
  unsigned bits = 1;
  while ((std::size_t{1} << bits) < 2 * slots.size()) ++bits;
  for (; bits <= kMaxBits; ++bits) {
    for (std::uint32_t attempt = 0; attempt < kTries; ++attempt) {
      const std::uint32_t multiplier = 0x9E3779B1U * (2 * attempt + 1);
      std::vector<Slot> table;
      if (!PlaceSlots(slots, bits, multiplier, table)) continue;
      rule.first_slot = static_cast<std::uint32_t>(program_->slots_.size());
      rule.slot_shift = static_cast<std::uint8_t>(32 - bits);
      rule.multiplier = multiplier;
      program_->slots_.insert(program_->slots_.end(), table.begin(), table.end());
      return;
    }
  }
  failed_ = true;
}

bool SchemaCompiler::PlaceSlots(const std::vector<Slot>& members, unsigned bits,
                                std::uint32_t multiplier, std::vector<Slot>& table) {
  table.assign(std::size_t{1} << bits, Slot{});
  std::vector<bool> taken(table.size());
  for (const Slot& member : members) {
    const std::uint32_t at = (member.hash * multiplier) >> (32 - bits);
    if (taken[at]) return false;
    taken[at] = true;
    table[at] = member;
  }
  return true;
}

}  // namespace sluice
