#include "sluice/config_node.h"

#include <charconv>

#include "util/units.h"

namespace sluice {

std::string ConfigNode::String(std::string_view key, std::string_view fallback) const {
  const ConfigNode* node = Get(key);
  return node == nullptr || node->kind() == Kind::kNull ? std::string(fallback) : node->text();
}

std::int64_t ConfigNode::Int(std::string_view key, std::int64_t fallback) const {
  const std::string text = String(key);
  std::int64_t value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool ConfigNode::Bool(std::string_view key, bool fallback) const {
  const std::string text = String(key);
  return text.empty() ? fallback : text == "true";
}

std::chrono::milliseconds ConfigNode::Duration(std::string_view key,
                                               std::chrono::milliseconds fallback) const {
  return ParseDuration(String(key)).value_or(fallback);
}

std::uint64_t ConfigNode::Bytes(std::string_view key, std::uint64_t fallback) const {
  return ParseBytes(String(key)).value_or(fallback);
}

std::vector<std::string> ConfigNode::Strings(std::string_view key) const {
  std::vector<std::string> texts;
  const ConfigNode* node = Get(key);
  if (node == nullptr || node->kind() == Kind::kNull) return texts;
  for (const ConfigNode* item : node->items()) texts.push_back(item->text());
  return texts;
}

std::map<std::string, std::string> ConfigNode::Texts(std::string_view key) const {
  std::map<std::string, std::string> texts;
  if (const ConfigNode* map = Get(key)) {
    for (const auto& [name, value] : map->members()) texts[name] = value->text();
  }
  return texts;
}

std::string ConfigNode::Shown(std::string_view key) const {
  const ConfigNode* node = Get(key);
  return node == nullptr ? std::string() : node->shown();
}

Error ConfigNode::Complain(std::string_view what) const {
  return {ErrorKind::kInvalidConfig, where() + ": " + std::string(what)};
}

}  // namespace sluice
