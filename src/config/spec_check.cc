#include "config/spec_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "config/redact.h"
#include "util/join.h"
#include "util/units.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;
using namespace std::chrono_literals;

bool IsInteger(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsStringList(const ConfigNode& node) {
  return node.kind() != Kind::kMap && node.kind() != Kind::kNull &&
         std::ranges::all_of(node.items(),
                             [](const ConfigNode* item) { return item->kind() == Kind::kScalar; });
}

/// A required value must say something: no empty text, no empty list, no empty text in a list.
void CheckFilled(const ConfigNode& value, const FieldSpec& field, Problems& problems) {
  const std::string what = "must not be empty: " + field.description;
  if (value.kind() == Kind::kList && value.items().empty()) problems.Add(value, what);
  for (const ConfigNode* item : value.items()) {
    if (item->kind() == Kind::kScalar && item->text().empty()) problems.Add(*item, what);
  }
}

void CheckTexts(const ConfigNode& map, Problems& problems) {
  for (const auto& [key, value] : map.members()) {
    if (value->kind() != Kind::kScalar) problems.Add(*value, "must be a string");
  }
}

/// A number, milliseconds or bytes; nullopt for every other type.
std::optional<std::int64_t> Measured(const ConfigNode& value, FieldType type) {
  const std::string text = value.text();
  if (type == FieldType::kInt) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  if (type == FieldType::kDuration) return ParseDuration(text).value_or(0ms).count();
  if (type == FieldType::kBytes) return static_cast<std::int64_t>(ParseBytes(text).value_or(0));
  return std::nullopt;
}

std::string BoundText(std::int64_t bound, FieldType type) {
  if (type != FieldType::kDuration) return std::to_string(bound);
  constexpr std::array<std::pair<std::int64_t, const char*>, 3> kUnits = {
      {{3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}}};
  for (const auto& [ms, unit] : kUnits) {
    if (bound > 0 && bound % ms == 0) return std::to_string(bound / ms) + unit;
  }
  return std::to_string(bound) + "ms";
}

void CheckRange(const TreeNode& value, const FieldSpec& field, Problems& problems) {
  const auto measured = Measured(value, field.type);
  if (!measured) return;
  const bool low = field.least && *measured < *field.least;
  const bool high = field.most && *measured > *field.most;
  if (!low && !high) return;
  problems.Add(value, "must be " + RangeText(field) + ", not `" + Shown(value) + "`");
}

void CheckChoice(const TreeNode& value, const FieldSpec& field, Problems& problems) {
  if (field.one_of.empty() || std::ranges::find(field.one_of, value.text()) != field.one_of.end()) {
    return;
  }
  problems.Add(value, "must be one of " + Join(field.one_of) + ", not `" + Shown(value) + "`" +
                          DidYouMean(value.text(), field.one_of));
}

void CheckTopics(const ConfigNode& list, Problems& problems) {
  for (const ConfigNode* topic : list.items()) {
    if (topic->text().empty() || IsTopicName(topic->text())) continue;
    problems.Add(*topic,
                 "must be " + FieldTypeName(FieldType::kTopic) + ", not `" + topic->text() + "`");
  }
}

void CheckValue(TreeNode& value, const FieldSpec& field, const std::set<std::string>& stores,
                Problems& problems) {
  if (!HasForm(value, field.type)) {
    const std::string got = value.kind() == Kind::kScalar ? ", not `" + Shown(value) + "`" : "";
    problems.Add(value, "must be " + FieldTypeName(field.type) + got);
    return;
  }
  if (field.required) CheckFilled(value, field, problems);
  if (field.type == FieldType::kStore && !stores.contains(value.text())) {
    problems.Add(value, "there is no store `" + Shown(value) + "` under `stores`" +
                            DidYouMean(value.text(), {stores.begin(), stores.end()}));
  }
  CheckRange(value, field, problems);
  CheckChoice(value, field, problems);
  if (field.type == FieldType::kMap) CheckTexts(value, problems);
  if (field.type == FieldType::kTopicList) CheckTopics(value, problems);
  if (field.type == FieldType::kSection) CheckFields(value, field.fields, stores, problems);
  if (field.type != FieldType::kList) return;
  for (std::size_t i = 0; TreeNode* item = value.Item(i); ++i) {
    CheckFields(*item, field.fields, stores, problems);
  }
}

}  // namespace

std::string RangeText(const FieldSpec& field) {
  if (field.least && field.most) {
    return "between " + BoundText(*field.least, field.type) + " and " +
           BoundText(*field.most, field.type);
  }
  if (field.least) return "at least " + BoundText(*field.least, field.type);
  return field.most ? "at most " + BoundText(*field.most, field.type) : "";
}

bool IsTopicName(std::string_view name) {
  constexpr std::size_t kMostBytes = 249;
  return !name.empty() && name.size() <= kMostBytes && name != "." && name != ".." &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

bool HasForm(const ConfigNode& node, FieldType type) {
  const std::string text = node.text();
  const bool scalar = node.kind() == Kind::kScalar;
  switch (type) {
    case FieldType::kAny:
      return true;
    case FieldType::kStringList:
    case FieldType::kTopicList:
      return IsStringList(node);
    case FieldType::kList:
      return node.kind() == Kind::kList;
    case FieldType::kSection:
    case FieldType::kMap:
      return node.kind() == Kind::kMap || node.kind() == Kind::kNull;
    case FieldType::kInt:
      return scalar && IsInteger(text);
    case FieldType::kBool:
      return scalar && (text == "true" || text == "false");
    case FieldType::kDuration:
      return scalar && ParseDuration(text).has_value();
    case FieldType::kBytes:
      return scalar && ParseBytes(text).has_value();
    case FieldType::kPointer:
      return scalar && text.size() > 1 && text[0] == '/';
    case FieldType::kString:
    case FieldType::kStore:
      return scalar;
    case FieldType::kTopic:
      return scalar && IsTopicName(text);
  }
  return false;
}

std::string FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return "a string";
    case FieldType::kStringList:
      return "a string or a list of strings";
    case FieldType::kInt:
      return "an integer";
    case FieldType::kBool:
      return "true or false";
    case FieldType::kDuration:
      return "a duration such as 250ms, 10s, 5m or 24h";
    case FieldType::kBytes:
      return "a size such as 1572864, 64KiB or 1MiB";
    case FieldType::kPointer:
      return "a JSON pointer such as /context/did";
    case FieldType::kStore:
      return "the name of a store";
    case FieldType::kTopic:
      return "a topic name: up to 249 letters, digits, `.`, `_` and `-`";
    case FieldType::kTopicList:
      return "a topic name (up to 249 letters, digits, `.`, `_` and `-`) or a list of such";
    case FieldType::kList:
      return "a list";
    case FieldType::kSection:
      return "a map of keys and values";
    case FieldType::kMap:
      return "a map of strings";
    case FieldType::kAny:
      return "anything";
  }
  return "something else";
}

/// A list stands as "[a, b]", every other value as its text.
void AddDefault(TreeNode& node, const FieldSpec& field) {
  std::string_view text = *field.default_value;
  if (field.type != FieldType::kStringList || !text.starts_with('[')) {
    node.AddDefault(field.name, Kind::kScalar).SetText(std::string(text));
    return;
  }
  TreeNode& list = node.AddDefault(field.name, Kind::kList);
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(", "), text.size());
    list.AddDefaultItem(std::string(text.substr(0, size)));
    text.remove_prefix(std::min(size + 2, text.size()));
  }
}

void CheckFields(TreeNode& node, const std::vector<FieldSpec>& fields,
                 const std::set<std::string>& stores, Problems& problems) {
  if (node.kind() == Kind::kNull) node.BecomeMap();
  if (node.kind() != Kind::kMap) {
    problems.Add(node, "must be a map of keys and values");
    return;
  }
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const FieldSpec& field : fields) names.push_back(field.name);
  for (const auto& [key, value] : node.members()) {
    if (std::ranges::find(names, key) == names.end()) {
      problems.Add(*value, "unknown key `" + key + "`" + DidYouMean(key, names));
    }
  }
  for (const FieldSpec& field : fields) {
    if (TreeNode* value = node.Member(field.name)) {
      CheckValue(*value, field, stores, problems);
    } else if (field.required) {
      problems.Add(node, "`" + field.name + "` is missing: " + field.description);
    } else if (field.default_value) {
      AddDefault(node, field);
    }
  }
}

bool CheckSpec(TreeNode& node, const Spec& spec, const std::vector<FieldSpec>& fields,
               Problems& problems) {
  const std::size_t before = problems.size();
  CheckFields(node, fields, {}, problems);
  // The spec's own checks rely on the forms.
  if (problems.size() > before || problems.IsLost(node)) return false;
  if (!spec.validate) return true;
  if (Status status = spec.validate(node); !status.ok()) problems.Add(status.error().message);
  return problems.size() == before;
}

void CheckStage(TreeNode& node, const StageSpec& spec, const std::set<std::string>& stores,
                Problems& problems) {
  const std::size_t before = problems.size();
  if (spec.field_list) {
    if (node.kind() != Kind::kList) problems.Add(node, "must be a list of maps");
    for (std::size_t i = 0; TreeNode* item = node.Item(i); ++i) {
      CheckFields(*item, spec.fields, stores, problems);
    }
  } else {
    CheckFields(node, spec.fields, stores, problems);
  }
  // A stage's own checks rely on the forms.
  if (problems.size() > before || !spec.validate) return;
  if (Status status = spec.validate(node); !status.ok()) problems.Add(status.error().message);
}

}  // namespace sluice
