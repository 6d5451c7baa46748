#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/document.h"

namespace sluice {

/// Cached values are read as the original reads them: Gson 2.4, lenient (de-normalization.md 9).
/// Names and strings may be unquoted or in single quotes; comments, `=`, `=>` and `;` pass, as do
/// raw control characters and any escape; a missing array element is null; numbers that JSON does
/// not know are strings, and those that JSON knows are doubles: an integer of more than 15 digits
/// is rounded, a number beyond all doubles is the string "Infinity". Bytes that are no UTF-8 stand
/// as U+FFFD, a lone surrogate as "?".

enum class LenientNumbers : std::uint8_t {
  kDoubles,    ///< As above.
  kAsWritten,  ///< Each keeps its digits.
};

/// The object or array that `text` is, as strict JSON without blanks. nullopt for what
/// the original refuses: anything malformed, a scalar, text after the value, a name that stands
/// twice at the top unless the first is null.
std::optional<std::string> StrictJsonOf(std::string_view text,
                                        LenientNumbers numbers = LenientNumbers::kDoubles);

/// Reads a whole cached record into `document`; false where StrictJsonOf gives nothing. An array of
/// pairs is an object, any other array but the empty one is refused. `text` must live as long as
/// the document, as must what `arena` holds.
bool ReadCachedRecord(std::string_view text, Arena& arena, Document& document,
                      LenientNumbers numbers = LenientNumbers::kDoubles);

}  // namespace sluice
