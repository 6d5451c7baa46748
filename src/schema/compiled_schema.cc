#include "schema/compiled_schema.h"

#include <span>

#include "schema/scalar_checks.h"

namespace sluice {

bool CompiledSchema::Check(const Rule& rule, Value value) const {
  if ((rule.types & TypeBit(value.type())) == 0) return false;
  for (std::uint32_t i = 0; i < rule.keyword_count; ++i) {
    if (!Passes(keywords_[rule.first_keyword + i], value)) return false;
  }
  if (value.IsObject()) return !rule.has_members || CheckMembers(rule, value);
  if (value.IsArray()) return CheckItems(rule, value);
  return true;
}

bool CompiledSchema::CheckMembers(const Rule& rule, Value object) const {
  const Slot* slots = slots_.data() + rule.first_slot;
  std::uint64_t seen = 0;
  for (const Value member : object) {
    const std::uint32_t hash = member.name_hash();
    const Slot& slot = slots[(hash * rule.multiplier) >> rule.slot_shift];
    if (slot.hash != hash || !Describes(slot, member.name())) {
      if (rule.closed) return false;
      if (!CheckChild(rule.additional_types, rule.additional, member)) return false;
      continue;
    }
    seen |= std::uint64_t{1} << slot.required_bit;
    if (!CheckChild(slot.types, slot.rule, member)) return false;
  }
  return (seen & rule.required) == rule.required;
}

bool CompiledSchema::CheckItems(const Rule& rule, Value array) const {
  if (rule.items == kNoRule && rule.item_types == kAnyType) return true;
  for (const Value item : array) {
    if (!CheckChild(rule.item_types, rule.items, item)) return false;
  }
  return true;
}

bool CompiledSchema::Passes(const Keyword& keyword, Value value) const {
  using Kind = Keyword::Kind;
  switch (keyword.kind) {
    case Kind::kTypes:
      return (TypesOf(value) & keyword.types) != 0;
    case Kind::kEnum:
      return IsAmong(std::span(values_).subspan(keyword.begin, keyword.end - keyword.begin), value);
    case Kind::kMinLength:
      return !value.IsString() || CodePoints(value.text()) >= keyword.count;
    case Kind::kMaxLength:
      return !value.IsString() || CodePoints(value.text()) <= keyword.count;
    case Kind::kMinItems:
      return !value.IsArray() || value.size() >= keyword.count;
    case Kind::kMaxItems:
      return !value.IsArray() || value.size() <= keyword.count;
    case Kind::kMinimum:
      return !value.IsNumber() || value.AsDouble() >= keyword.bound;
    case Kind::kMaximum:
      return !value.IsNumber() || value.AsDouble() <= keyword.bound;
    case Kind::kAbove:
      return !value.IsNumber() || value.AsDouble() > keyword.bound;
    case Kind::kBelow:
      return !value.IsNumber() || value.AsDouble() < keyword.bound;
    case Kind::kAnyOf:
      return Matching(keyword, value) > 0;
    case Kind::kOneOf:
      return Matching(keyword, value) == 1;
    case Kind::kNot:
      return Matching(keyword, value) == 0;
  }
  return false;
}

std::size_t CompiledSchema::Matching(const Keyword& keyword, Value value) const {
  std::size_t matching = 0;
  for (std::uint32_t i = keyword.begin; i < keyword.end; ++i) {
    if (Check(rules_[branches_[i]], value)) ++matching;
  }
  return matching;
}

}  // namespace sluice
