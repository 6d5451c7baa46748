#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice {

/// What a draft-04 keyword's operand must be.
enum class Operand : std::uint8_t {
  kTypes,         ///< The name of a type or a list of them.
  kValues,        ///< A list of any values, not empty.
  kNames,         ///< A list of strings.
  kCount,         ///< An integer that isn't negative.
  kNumber,        ///< A number.
  kPositive,      ///< A number above 0.
  kFlag,          ///< true or false.
  kPattern,       ///< A regular expression.
  kFormat,        ///< A string.
  kAny,           ///< Anything.
  kSchema,        ///< A schema.
  kFlagOrSchema,  ///< true, false or a schema.
  kSchemas,       ///< A list of schemas, not empty.
  kSchemaOrList,  ///< A schema or a list of them.
  kSchemaMap,     ///< Schemas by member name.
  kPatternMap,    ///< Schemas by regular expression.
  kDependencies,  ///< Schemas or lists of strings by member name.
  kRefused,       ///< From another draft: silence would be wrong.
};

struct KeywordRule {
  std::string_view name;
  Operand operand;
  /// Decided by the compiler too; the others only by valijson.
  bool compiled;
};

/// The keywords that mean something, in the order in which they are read. All others are ignored,
/// as draft-04 says.
std::span<const KeywordRule> KeywordRules();

}  // namespace sluice
