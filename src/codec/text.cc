#include "codec/text.h"

#include <simdjson.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace sluice {
namespace {

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

icu::UnicodeString Decode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string Encode(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsByteIn(std::string_view bytes, std::size_t at, unsigned char least) {
  if (at >= bytes.size()) return false;
  const auto byte = static_cast<unsigned char>(bytes[at]);
  return byte >= least && byte <= 0xBF;
}

/// Puts U+FFFD in place of each encoded surrogate; all else stays.
std::string ReplaceSurrogates(std::string_view bytes) {
  constexpr char kLead = '\xED';
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = bytes.find(kLead); at < bytes.size(); at = bytes.find(kLead, at)) {
    const std::size_t begin = at++;
    if (!IsByteIn(bytes, at, 0xA0)) continue;
    at += IsByteIn(bytes, at + 1, 0x80) ? 2 : 1;
    out.append(bytes, copied, begin - copied).append(kReplacement);
    copied = at;
  }
  return out.append(bytes, copied);
}

char16_t Fold(char16_t unit) {
  const UChar32 upper = u_toupper(unit);
  const auto narrow = static_cast<char16_t>(upper > 0xFFFF ? unit : upper);
  const UChar32 lower = u_tolower(narrow);
  return static_cast<char16_t>(lower > 0xFFFF ? narrow : lower);
}

bool IsJavaSpace(UChar32 c) {
  if ((c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20)) return true;
  if (c == 0x00A0 || c == 0x2007 || c == 0x202F) return false;
  return c > 0x7F && c != 0x85 && c != 0x180E && (U_GET_GC_MASK(c) & U_GC_Z_MASK) != 0;
}

}  // namespace

std::string_view ToUpper(std::string_view text, Arena& arena) {
  if (!IsAscii(text)) return arena.Copy(Encode(Decode(text).toUpper(icu::Locale::getRoot())));
  char* upper = arena.Allocate(text.size());
  std::ranges::transform(
      text, upper, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; });
  return {upper, text.size()};
}

std::string ToLower(std::string_view text) {
  if (!IsAscii(text)) return Encode(Decode(text).toLower(icu::Locale::getRoot()));
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (IsAscii(a) && IsAscii(b)) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return std::ranges::equal(a, b, {}, lower, lower);
  }
  const icu::UnicodeString left = Decode(a);
  const icu::UnicodeString right = Decode(b);
  if (left.length() != right.length()) return false;
  for (std::int32_t i = 0; i < left.length(); ++i) {
    if (left[i] != right[i] && Fold(left[i]) != Fold(right[i])) return false;
  }
  return true;
}

bool IsBlank(std::string_view text) {
  // Nearly every text that is asked about starts with a letter or digit.
  if (!text.empty() && text.front() > ' ') return false;
  const icu::UnicodeString decoded = Decode(text);
  for (std::int32_t at = 0; at < decoded.length(); at = decoded.moveIndex32(at, 1)) {
    if (!IsJavaSpace(decoded.char32At(at))) return false;
  }
  return true;
}

bool IsWellFormed(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::string ReplaceIllFormed(std::string_view bytes) {
  return IsWellFormed(bytes) ? std::string(bytes) : Encode(Decode(ReplaceSurrogates(bytes)));
}

std::optional<std::string> ConvertToUtf8(std::string_view bytes, const char* encoding) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(encoding, &status),
                                                                     &ucnv_close);
  const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                converter.get(), status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  return Encode(text);
}

}  // namespace sluice
