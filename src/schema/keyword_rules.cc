#include "schema/keyword_rules.h"

#include <array>

namespace sluice {

std::span<const KeywordRule> KeywordRules() {
  // type comes first: what format means depends on it.
  static constexpr auto kRules = std::to_array<KeywordRule>({
      {"type", Operand::kTypes, true},
      {"enum", Operand::kValues, true},
      {"minLength", Operand::kCount, true},
      {"maxLength", Operand::kCount, true},
      {"minimum", Operand::kNumber, true},
      {"maximum", Operand::kNumber, true},
      {"exclusiveMinimum", Operand::kFlag, true},
      {"exclusiveMaximum", Operand::kFlag, true},
      {"required", Operand::kNames, true},
      {"properties", Operand::kSchemaMap, true},
      {"additionalProperties", Operand::kFlagOrSchema, true},
      {"items", Operand::kSchemaOrList, true},
      {"minItems", Operand::kCount, true},
      {"maxItems", Operand::kCount, true},
      {"allOf", Operand::kSchemas, true},
      {"anyOf", Operand::kSchemas, true},
      {"oneOf", Operand::kSchemas, true},
      {"not", Operand::kSchema, true},
      {"format", Operand::kFormat, false},
      {"pattern", Operand::kPattern, false},
      {"multipleOf", Operand::kPositive, false},
      {"uniqueItems", Operand::kFlag, false},
      {"additionalItems", Operand::kFlagOrSchema, false},
      {"minProperties", Operand::kCount, false},
      {"maxProperties", Operand::kCount, false},
      {"patternProperties", Operand::kPatternMap, false},
      {"dependencies", Operand::kDependencies, false},
      {"const", Operand::kAny, false},
      {"contains", Operand::kSchema, false},
      {"if", Operand::kRefused, false},
      {"then", Operand::kRefused, false},
      {"else", Operand::kRefused, false},
      {"propertyNames", Operand::kRefused, false},
      {"prefixItems", Operand::kRefused, false},
      {"dependentRequired", Operand::kRefused, false},
      {"dependentSchemas", Operand::kRefused, false},
      {"unevaluatedProperties", Operand::kRefused, false},
      {"unevaluatedItems", Operand::kRefused, false},
      {"$dynamicRef", Operand::kRefused, false},
      {"$recursiveRef", Operand::kRefused, false},
      {"extends", Operand::kRefused, false},
      {"disallow", Operand::kRefused, false},
      {"divisibleBy", Operand::kRefused, false},
  });
  return kRules;
}

}  // namespace sluice
