#include "codec/gson_string.h"

namespace sluice {

void AppendGsonString(std::string& text, std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kLineSeparators[] = {"\xE2\x80\xA8", "\xE2\x80\xA9"};
  text += '"';
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    constexpr std::string_view kShort = "\"\\\t\b\n\r\f";
    constexpr std::string_view kLetters = "\"\\tbnrf";
    if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
      text += '\\';
      text += kLetters[at];
    } else if (static_cast<unsigned char>(c) < 0x20 ||
               std::string_view("<>&='").find(c) != std::string_view::npos) {
      text += "\\u00";
      text += kHex[static_cast<unsigned char>(c) >> 4U];
      text += kHex[static_cast<unsigned char>(c) & 0xFU];
    } else if (value.substr(i, 3) == kLineSeparators[0] ||
               value.substr(i, 3) == kLineSeparators[1]) {
      text += value[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      text += c;
    }
  }
  text += '"';
}

}  // namespace sluice
