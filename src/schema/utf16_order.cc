#include "schema/utf16_order.h"

#include <algorithm>

namespace sluice {
namespace {

/// Order of UTF-16 code units differs from that of UTF-8 bytes only where a character beyond
/// U+FFFF (first byte F0 and up) meets one of U+E000 to U+FFFF (first byte EE or EF): the former is
/// written with surrogates, which are smaller.
unsigned Rank(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  if (value >= 0xF0) return 0xEEU + (value - 0xF0U);
  return value >= 0xEE ? value + 0x10U : value;
}

}  // namespace

bool Utf16Less(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return Rank(x) < Rank(y); });
}

}  // namespace sluice
