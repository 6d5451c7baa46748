#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "sluice/value.h"

namespace sluice {

/// A schema as a flat program that decides whether a value is accepted: no allocation, one probe
/// per member, each member visited once. Made by SchemaCompiler. Immutable and thread-safe.
///
/// A rule is all that applies to one value, whatever schemas it came from. Its object part is a
/// hash table without collisions: the slot of a name is its hash times the rule's multiplier, top
/// bits; a name that isn't the one in its slot isn't described. What is required is a bit mask.
class CompiledSchema {
 public:
  [[nodiscard]] bool Accepts(Value value) const { return Check(rules_.front(), value); }

 private:
  friend class SchemaCompiler;

  using RuleIndex = std::uint32_t;
  /// Accepts everything that has passed the type test.
  static constexpr RuleIndex kNoRule = ~RuleIndex{0};
  /// Bit of names that aren't required.
  static constexpr std::uint8_t kOptionalBit = 63;

  static constexpr std::uint32_t kEmptySlot = ~std::uint32_t{0};

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t name_begin = kEmptySlot;  ///< In names_.
    RuleIndex rule = kNoRule;
    std::uint16_t name_size = 0;
    TypeSet types = kAnyType;
    std::uint8_t required_bit = kOptionalBit;
  };

  struct Rule {
    TypeSet types = kAnyType;
    std::uint8_t slot_shift = 31;  ///< 32 - bits of the table's size.
    bool has_members = false;      ///< The object part says something.
    bool closed = false;           ///< Members that aren't described are refused.
    std::uint32_t first_slot = 0;
    std::uint32_t multiplier = 1;
    RuleIndex additional = kNoRule;
    TypeSet additional_types = kAnyType;
    TypeSet item_types = kAnyType;
    RuleIndex items = kNoRule;
    std::uint32_t first_keyword = 0;
    std::uint32_t keyword_count = 0;
    std::uint64_t required = 0;
  };

  /// The rarer keywords.
  struct Keyword {
    enum class Kind : std::uint8_t {
      kTypes,
      kEnum,
      kMinLength,
      kMaxLength,
      kMinItems,
      kMaxItems,
      kMinimum,
      kMaximum,
      kAbove,
      kBelow,
      kAnyOf,
      kOneOf,
      kNot,
    };
    Kind kind;
    TypeSet types = 0;
    std::uint32_t begin = 0;  ///< Of a range of values_ (kEnum) or branches_.
    std::uint32_t end = 0;
    std::uint64_t count = 0;
    double bound = 0;
  };

  [[nodiscard]] bool Check(const Rule& rule, Value value) const;
  [[nodiscard]] bool CheckMembers(const Rule& rule, Value object) const;
  [[nodiscard]] bool CheckItems(const Rule& rule, Value array) const;
  [[nodiscard]] bool CheckChild(TypeSet types, RuleIndex rule, Value value) const {
    if ((types & TypeBit(value.type())) == 0) return false;
    return rule == kNoRule || Check(rules_[rule], value);
  }
  [[nodiscard]] bool Passes(const Keyword& keyword, Value value) const;
  [[nodiscard]] std::size_t Matching(const Keyword& keyword, Value value) const;
  /// Whether the slot, which has the hash of `name`, is that of `name`.
  [[nodiscard]] bool Describes(const Slot& slot, std::string_view name) const {
    return slot.name_begin != kEmptySlot &&
           std::string_view(names_.data() + slot.name_begin, slot.name_size) == name;
  }

  std::vector<Rule> rules_;  ///< The first is the root's.
  std::vector<Slot> slots_;
  std::vector<Keyword> keywords_;
  std::vector<RuleIndex> branches_;
  std::vector<EnumValue> values_;
  std::string names_;
};

}  // namespace sluice
