#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "sluice/document.h"

namespace sluice {
namespace {

/// 0: stands as it is; 'u': as \u00XX; else the letter after the backslash.
constexpr std::array<char, 256> MakeEscapes() {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}
constexpr std::array<char, 256> kEscapes = MakeEscapes();

/// True if none of the eight bytes at `text` needs an escape.
bool EightStandAsTheyAre(const char* text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  // A top bit stays set where a byte is below the bound and is no part of a longer character.
  const auto any_below = [](std::uint64_t word, std::uint64_t bound) {
    return (word - kOnes * bound) & ~word & kTops;
  };
  return (any_below(bytes, 0x20) | any_below(bytes ^ (kOnes * '"'), 1) |
          any_below(bytes ^ (kOnes * '\\'), 1)) == 0;
}

/// True if no character needs an escape: the common case, decided eight bytes at a time.
bool StandsAsItIs(std::string_view text) {
  if (text.size() < 8) {
    return std::ranges::none_of(
        text, [](char c) { return kEscapes[static_cast<unsigned char>(c)] != 0; });
  }
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8) {
    if (!EightStandAsTheyAre(at)) return false;
  }
  return EightStandAsTheyAre(last);
}

void AppendEscaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[c];
    if (escape == 0) continue;
    out.append(text, copied, i - copied);
    copied = i + 1;
    out.push_back('\\');
    out.push_back(escape);
    if (escape == 'u') {
      out += "00";
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  out.append(text, copied);
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  if (StandsAsItIs(text)) {
    out.append(text);
  } else {
    AppendEscaped(out, text);
  }
  out.push_back('"');
}

}  // namespace sluice
