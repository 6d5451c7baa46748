#include "config/stage_check.h"

#include <algorithm>
#include <charconv>

#include "util/units.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;

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

bool HasForm(const ConfigNode& node, FieldType type) {
  const std::string text = node.text();
  const bool scalar = node.kind() == Kind::kScalar;
  switch (type) {
    case FieldType::kAny:
      return true;
    case FieldType::kStringList:
      return IsStringList(node);
    case FieldType::kList:
      return node.kind() == Kind::kList;
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
    case FieldType::kTopic:
      return scalar;
  }
  return false;
}

void CheckValue(TreeNode& value, const FieldSpec& field, const std::set<std::string>& stores,
                Problems& problems) {
  if (!HasForm(value, field.type)) {
    const std::string got = value.kind() == Kind::kScalar ? ", not `" + value.text() + "`" : "";
    problems.Add(value, "must be " + FieldTypeName(field.type) + got);
    return;
  }
  if (field.type == FieldType::kStore && !stores.contains(value.text())) {
    problems.Add(value, "there is no store `" + value.text() + "` under `stores`" +
                            DidYouMean(value.text(), {stores.begin(), stores.end()}));
  }
  if (field.type != FieldType::kList) return;
  for (std::size_t i = 0; TreeNode* item = value.Item(i); ++i) {
    CheckFields(*item, field.fields, stores, problems);
  }
}

}  // namespace

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
      return "a topic name";
    case FieldType::kList:
      return "a list";
    case FieldType::kMap:
      return "a map";
    case FieldType::kAny:
      return "anything";
  }
  return "something else";
}

void CheckFields(TreeNode& node, const std::vector<FieldSpec>& fields,
                 const std::set<std::string>& stores, Problems& problems) {
  if (node.kind() == Kind::kNull) node.BecomeMap();
  if (node.kind() != Kind::kMap) {
    problems.Add(node, "must be a map of keys and values");
    return;
  }
  std::vector<std::string> names;
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
      auto fallback = std::make_unique<TreeNode>(Kind::kScalar, "default", 0, field.name);
      fallback->SetText(*field.default_value);
      node.SetMember(field.name, std::move(fallback));
    }
  }
}

void CheckStage(TreeNode& node, const StageSpec& spec, const std::set<std::string>& stores,
                Problems& problems) {
  Problems own;
  if (spec.field_list) {
    if (node.kind() != Kind::kList) own.Add(node, "must be a list");
    for (std::size_t i = 0; TreeNode* item = node.Item(i); ++i) {
      CheckFields(*item, spec.fields, stores, own);
    }
  } else {
    CheckFields(node, spec.fields, stores, own);
  }
  // A stage's own checks rely on the forms.
  if (own.empty() && spec.validate) {
    if (Status status = spec.validate(node); !status.ok()) own.Add(status.error().message);
  }
  if (!own.empty()) problems.Add(own.ToError().message);
}

}  // namespace sluice
