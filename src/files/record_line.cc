#include "files/record_line.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {
namespace {

bool IsLineBreak(char c) { return c == '\n' || c == '\r'; }

void AppendOnOneLine(std::string& out, std::string_view value) {
  const auto start = static_cast<std::ptrdiff_t>(out.size());
  out.append(value);
  std::replace_if(out.begin() + start, out.end(), IsLineBreak, ' ');
}

/// Length of the well-formed UTF-8 character at the front of `text` (not empty); 0 if it is none.
std::size_t CharacterSize(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : std::uint8_t{0};
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const std::uint8_t lead = byte(0);
  const std::uint8_t second = byte(1);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && second < 0x90;
    const bool beyond = lead == 0xF4 && second > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

void AppendQuoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t size = CharacterSize(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (size == 0) {
      out.append("\xEF\xBF\xBD");
    } else if (c < 0x20) {
      out.append("\\u00");
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    } else {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.append(text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  out.push_back('"');
}

}  // namespace

void AppendValueLine(std::string& out, const OutputRecord& record) {
  AppendOnOneLine(out, record.value);
  out.push_back('\n');
}

void AppendEnvelopeLine(std::string& out, const OutputRecord& record) {
  out.append("{\"key\":");
  if (record.key) {
    AppendQuoted(out, *record.key);
  } else {
    out.append("null");
  }
  out.append(",\"headers\":{");
  bool first = true;
  for (const Header& header : record.headers) {
    if (!first) out.push_back(',');
    first = false;
    AppendQuoted(out, header.name);
    out.push_back(':');
    if (header.value) {
      AppendQuoted(out, *header.value);
    } else {
      out.append("null");
    }
  }
  out.append("},\"value\":");
  AppendOnOneLine(out, record.value);
  out.append("}\n");
}

}  // namespace sluice
