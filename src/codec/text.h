#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/arena.h"

namespace sluice {

/// Unicode text as Java treats it. Input is UTF-8 unless said otherwise.

/// String.toUpperCase / toLowerCase with the full mapping and no locale ("ß" gives "SS").
std::string_view ToUpper(std::string_view text, Arena& arena);
std::string ToLower(std::string_view text);

/// String.equalsIgnoreCase: UTF-16 unit by unit, so "dıalcode" equals "DialCode".
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

/// True if every character is white space to Character.isWhitespace; so is the empty text.
bool IsBlank(std::string_view text);

/// `bytes` with U+FFFD for each maximal ill-formed part. As in Java, a UTF-16 surrogate that was
/// encoded as if it were a character is one such part, whole or cut off (core.md C-9).
std::string ReplaceIllFormed(std::string_view bytes);

bool IsWellFormed(std::string_view bytes);

/// UTF-8 of bytes in the named encoding (ICU's names); nullopt where the form is wrong.
std::optional<std::string> ConvertToUtf8(std::string_view bytes, const char* encoding);

}  // namespace sluice
