#include "engine/json_fields.h"

#include "util/json_string.h"

namespace sluice {

void WriteString(JsonWriter& json, std::string_view text) {
  const std::string quoted = JsonString(text);
  json.RawValue(quoted.data(), quoted.size(), rapidjson::kStringType);
}

void WriteName(JsonWriter& json, std::string_view name) {
  json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void WriteText(JsonWriter& json, std::string_view name, std::string_view text) {
  WriteName(json, name);
  WriteString(json, text);
}

void WriteCount(JsonWriter& json, std::string_view name, std::uint64_t count) {
  WriteName(json, name);
  json.Uint64(count);
}

}  // namespace sluice
