#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sluice {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

inline void PutName(JsonWriter& json, std::string_view name) {
  json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}
inline void Put(JsonWriter& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
inline void Put(JsonWriter& json, std::string_view name, std::string_view text) {
  PutName(json, name);
  Put(json, text);
}
inline void Put(JsonWriter& json, std::string_view name, std::int64_t number) {
  PutName(json, name);
  json.Int64(number);
}
/// A number where `known`, else null.
inline void PutIf(JsonWriter& json, std::string_view name, bool known, std::int64_t number) {
  PutName(json, name);
  known ? json.Int64(number) : json.Null();
}

/// An object with a line break behind it.
inline std::string JsonObject(const std::function<void(JsonWriter&)>& write) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  write(json);
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

/// A member that is an array of what `write` writes of each element.
void PutList(JsonWriter& json, std::string_view name, const auto& elements, const auto& write) {
  PutName(json, name);
  json.StartArray();
  for (const auto& element : elements) write(json, element);
  json.EndArray();
}

}  // namespace sluice
