#include "codec/json_repair.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "codec/text.h"
#include "sluice/value.h"

namespace sluice {
namespace {

/// RapidJSON gives up at 309 digits.
constexpr std::size_t kLongNumber = 300;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The code unit of the "\uXXXX" at `at`, or -1.
int EscapedUnit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool IsHigh(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLow(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// Jackson's guess from the first bytes, which must be ASCII in JSON; nullptr: UTF-8.
const char* DetectEncoding(std::string_view text, std::size_t& bom) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]))
                           : 0xFFU;
  };
  bom = 0;
  if (text.size() >= 4) {
    const std::uint32_t quad = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    if (quad == 0x0000FEFFU) return bom = 4, "UTF-32BE";
    if (quad == 0xFFFE0000U) return bom = 4, "UTF-32LE";
  }
  if (text.starts_with("\xEF\xBB\xBF")) return bom = 3, nullptr;
  if (text.starts_with("\xFE\xFF")) return bom = 2, "UTF-16BE";
  if (text.starts_with("\xFF\xFE")) return bom = 2, "UTF-16LE";
  if (text.size() >= 4) {
    const std::uint32_t quad = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    if ((quad >> 8) == 0) return "UTF-32BE";
    if ((quad & 0x00FFFFFFU) == 0) return "UTF-32LE";
  }
  if (text.size() >= 2) {
    if (byte(0) == 0) return "UTF-16BE";
    if (byte(1) == 0) return "UTF-16LE";
  }
  return nullptr;
}

/// True for a literal that may be too much for RapidJSON or for a double: very long, or with an
/// exponent of three characters or more.
bool IsWide(std::string_view literal) {
  if (literal.size() > kLongNumber) return true;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] == 'e' || literal[i] == 'E') return literal.size() - i > 3;
  }
  return false;
}

/// Position past the string that opens at `at`, or the end of the text.
std::size_t SkipString(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at < text.size() ? at + 1 : text.size();
}

}  // namespace

std::optional<std::string_view> ToUtf8(std::string_view text, Arena& arena) {
  if (text.empty() || text.front() == '{') {
    // By far the most common start; "{" NUL is UTF-16.
    if (text.size() < 2 || text[1] != '\0') return text;
  }
  std::size_t bom = 0;
  const char* encoding = DetectEncoding(text, bom);
  text.remove_prefix(bom);
  if (encoding == nullptr) return text;
  auto converted = ConvertToUtf8(text, encoding);
  if (!converted) return std::nullopt;
  return arena.Copy(*converted);
}

bool MayHaveSurrogates(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  while ((at = static_cast<const char*>(
              std::memchr(at, '\\', static_cast<std::size_t>(end - at)))) != nullptr) {
    if (end - at >= 4 && at[1] == 'u' && (at[2] | 0x20) == 'd' && HexDigit(at[3]) >= 8) return true;
    at += 2;
    if (at >= end) break;
  }
  return false;
}

std::string_view ReplaceLoneSurrogates(std::string_view text, Arena& arena) {
  std::string repaired;
  std::size_t copied = 0;
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const int unit = EscapedUnit(text, at);
    if (IsHigh(unit) && IsLow(EscapedUnit(text, at + 6))) {
      at += 12;
    } else if (IsHigh(unit) || IsLow(unit)) {
      repaired.append(text, copied, at - copied).push_back('?');
      at += 6;
      copied = at;
    } else {
      at += 2;
    }
  }
  if (copied == 0) return text;
  return arena.Copy(repaired.append(text, copied));
}

std::size_t NumberLength(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    return at - first;
  };
  if (at < text.size() && text[at] == '-') ++at;
  if (at < text.size() && text[at] == '0') {
    ++at;
  } else if (digits() == 0) {
    return 0;
  }
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return 0;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

bool IsFinite(std::string_view literal) {
  if (!IsWide(literal) || literal.find_first_of(".eE") == std::string_view::npos) return true;
  Node node;
  node.type = ValueType::kNumber;
  node.text = literal.data();
  node.text_size = static_cast<std::uint32_t>(literal.size());
  return std::isfinite(Value(&node).AsDouble());
}

void MaskLongNumbers(char* decoded, std::size_t size) {
  const std::string_view text(decoded, size);
  for (std::size_t at = 0; at < size;) {
    if (text[at] == '"') {
      at = SkipString(text, at);
    } else if (text[at] == '-' || IsDigit(text[at])) {
      const std::size_t length = NumberLength(text.substr(at));
      if (IsWide(text.substr(at, length))) {
        std::memset(decoded + at, ' ', length);
        decoded[at] = '0';
      }
      at += length > 0 ? length : 1;
    } else {
      ++at;
    }
  }
}

}  // namespace sluice
