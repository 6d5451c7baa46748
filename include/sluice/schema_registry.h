#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/value.h"

namespace sluice {

/// Where a document first fails its schema, in the order of telemetry-schemas.md 7.
struct SchemaViolation {
  enum class Part : std::uint8_t {
    kCommon,  ///< In the first branch of the root's allOf.
    kOwn,     ///< In a later branch of the root's allOf.
    kRoot,    ///< In a keyword of the root itself, or in a schema without allOf.
    kOneOf,   ///< The root is a oneOf, and not exactly one branch matches.
  };
  Part part = Part::kRoot;
  std::string instance_pointer;  ///< Of the first failing node, in the document.
  std::string schema_pointer;    ///< Of its schema; relative to the file that it stands in.
};

/// One failed keyword, for people: "/edata/type type".
struct SchemaError {
  std::string instance_pointer;
  std::string keyword;
};

/// One compiled schema. Immutable and thread-safe.
class Schema {
 public:
  virtual ~Schema() = default;
  /// The verdict.
  [[nodiscard]] virtual bool Accepts(Value document) const = 0;
  /// Where a rejected document fails first.
  [[nodiscard]] virtual SchemaViolation FirstViolation(Value document) const = 0;
  /// Every failing place of a rejected document, at most `limit`.
  [[nodiscard]] virtual std::vector<SchemaError> Errors(Value document,
                                                        std::size_t limit) const = 0;
};

/// The schemas of a directory by file name without ".json". Immutable and thread-safe.
class SchemaRegistry {
 public:
  virtual ~SchemaRegistry() = default;
  /// nullptr if there is none of that name.
  [[nodiscard]] virtual const Schema* Find(std::string_view name) const = 0;
};

}  // namespace sluice
