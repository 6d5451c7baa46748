#pragma once

#include <optional>
#include <string_view>

#include "sluice/arena.h"

namespace sluice {

/// What RapidJSON can't read although the original can. Each returns text of the same meaning.

/// UTF-8 of `text` without byte order mark; detects UTF-16 and UTF-32 as Jackson does
/// (core.md 4.1). nullopt if it is in neither. Returns `text` itself where nothing is to do.
std::optional<std::string_view> ToUtf8(std::string_view text, Arena& arena);

/// True if `text` has an escape that may be a lone surrogate.
bool MayHaveSurrogates(std::string_view text);

/// `text` with each lone surrogate escape replaced by "?", which is what is written for it (C-9).
std::string_view ReplaceLoneSurrogates(std::string_view text, Arena& arena);

/// Length of the number literal that `text` begins with (0 if it is none by RFC 8259).
std::size_t NumberLength(std::string_view text);

/// False for a literal with a fraction or exponent that is not finite as a double (core.md C-12).
bool IsFinite(std::string_view literal);

/// Overwrites every literal that may be too much for RapidJSON in `decoded`, a writable copy of
/// JSON text, by "0" and blanks; the literal itself stands in the source.
void MaskLongNumbers(char* decoded, std::size_t size);

}  // namespace sluice
