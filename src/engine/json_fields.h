#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string_view>

namespace sluice {

/// Members of the JSON pages. Text that is not UTF-8 stands as U+FFFD, so that a page is always
/// valid JSON.
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteString(JsonWriter& json, std::string_view text);
void WriteName(JsonWriter& json, std::string_view name);
void WriteText(JsonWriter& json, std::string_view name, std::string_view text);
void WriteCount(JsonWriter& json, std::string_view name, std::uint64_t count);

/// An array of what `write` writes of each element.
void WriteList(JsonWriter& json, std::string_view name, const auto& elements, const auto& write) {
  WriteName(json, name);
  json.StartArray();
  for (const auto& element : elements) write(json, element);
  json.EndArray();
}

/// An array of texts.
void WriteTexts(JsonWriter& json, std::string_view name, const auto& texts) {
  WriteList(json, name, texts,
            [](JsonWriter& to, std::string_view text) { WriteString(to, text); });
}

}  // namespace sluice
