#include "stages/assessment/gson_text.h"

#include "stages/extract_events/java_double.h"

namespace sluice::stages {

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

void AppendGsonText(std::string& text, Value value) {
  const bool object = value.IsObject();
  if (!object && !value.IsArray()) {
    if (value.IsString()) {
      AppendGsonString(text, value.text());
    } else if (value.IsNumber()) {
      text += JavaDoubleText(value.AsDouble());
    } else {
      text += value.IsNull() ? "null" : value.IsTrue() ? "true" : "false";
    }
    return;
  }
  text += object ? '{' : '[';
  bool first = true;
  for (const Value child : value) {
    if (object && child.IsNull()) continue;
    if (!first) text += ',';
    first = false;
    if (object) {
      AppendGsonString(text, child.name());
      text += ':';
    }
    AppendGsonText(text, child);
  }
  text += object ? '}' : ']';
}

}  // namespace sluice::stages
