#pragma once

#include <cstdint>
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
  /// Names aside. Far above any honest document: a value takes two bytes at the least, and 64 here.
  static constexpr std::size_t kMaxValues = 1'000'000;

  enum class Form : std::uint8_t {
    kEvent,
    /// As the extractor reads a batch (telemetry-extractor.md B.3): from text, in which what is no
    /// UTF-8 stands as U+FFFD. Text after the value and a second member of a name at the top,
    /// unless the first is null, are refused. Numbers of any size pass: it is the events that are
    /// checked.
    kBatch,
  };

  /// Returns nullptr, or the reason why `text` is unreadable; `document` is then an object without
  /// members. `text` must live as long as the document, as must what `arena` holds.
  Reason Read(std::string_view text, Arena& arena, Document& document, Form form = Form::kEvent);

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
inline constexpr Reason kTooMany = "too_many_values";
inline constexpr Reason kNumberRange = "number_out_of_range";
inline constexpr Reason kRepeatedName = "repeated_name";
inline constexpr Reason kTrailingText = "trailing_text";
}  // namespace unreadable

}  // namespace sluice
