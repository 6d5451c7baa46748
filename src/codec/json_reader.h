#pragma once

#include <string_view>

#include "sluice/document.h"
#include "sluice/event.h"

namespace sluice {

/// Reads one JSON object as the original does (core.md 4.1, telemetry-schemas.md 3).
///
/// RapidJSON does the reading; what it refuses or loses and the original does not (a byte order
/// mark, UTF-16 and UTF-32, lone surrogates, very long integers, text after the value, the last of
/// two equal names) is handled around it. Integers stay exact: a number is its literal.
class JsonReader {
 public:
  static constexpr int kMaxDepth = 1000;

  /// Returns nullptr, or the reason why `text` is unreadable; `document` is then an object without
  /// members. `text` must live as long as the document, as must what `arena` holds.
  Reason Read(std::string_view text, Arena& arena, Document& document);

  /// Makes `document` an object without members.
  static void MakeEmpty(Arena& arena, Document& document);
};

/// Reason codes of unreadable bytes.
namespace unreadable {
inline constexpr Reason kNullRecord = "null_record";
inline constexpr Reason kInvalidJson = "invalid_json";
inline constexpr Reason kNotAnObject = "not_an_object";
inline constexpr Reason kInvalidUtf8 = "invalid_utf8";
inline constexpr Reason kTooDeep = "nested_too_deeply";
inline constexpr Reason kNumberRange = "number_out_of_range";
}  // namespace unreadable

}  // namespace sluice
