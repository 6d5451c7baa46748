#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "util/utf8.h"

namespace sluice {
/// `text` as a JSON string with its quotes, for logs and status pages. What is not UTF-8 becomes
/// U+FFFD, so that the result is always valid JSON.
inline std::string JsonString(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      json += "\xEF\xBF\xBD";
    } else if (byte == '"' || byte == '\\') {
      json += '\\';
      json += text.front();
    } else if (byte < 0x20) {
      json += "\\u00";
      json += kHex[byte >> 4U];
      json += kHex[byte & 0xFU];
    } else {
      json += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return json + '"';
}

}  // namespace sluice
