#include <algorithm>
#include <array>
#include <utility>

#include "schema/keyword_rules.h"
#include "schema/pattern.h"
#include "schema/schema_reader.h"

namespace sluice {
namespace {

struct TypeName {
  std::string_view name;
  TypeSet types;
};
constexpr auto kTypeNames = std::to_array<TypeName>({
    {"array", TypeBit(ValueType::kArray)},
    {"boolean", TypeBit(ValueType::kBool)},
    {"integer", kIntegerBit},
    {"null", TypeBit(ValueType::kNull)},
    {"number", TypeBit(ValueType::kNumber)},
    {"object", TypeBit(ValueType::kObject)},
    {"string", TypeBit(ValueType::kString)},
});

std::string_view Text(const rapidjson::Value& json) {
  return {json.GetString(), json.GetStringLength()};
}

TypeSet TypeOf(const rapidjson::Value& json) {
  if (!json.IsString()) return 0;
  const auto* found = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                   [&](const TypeName& type) { return type.name == Text(json); });
  return found == kTypeNames.end() ? TypeSet{0} : found->types;
}

std::optional<EnumValue> ScalarOf(const rapidjson::Value& json) {
  if (json.IsNull()) return EnumValue{ValueType::kNull, false, {}};
  if (json.IsBool()) return EnumValue{ValueType::kBool, json.GetBool(), {}};
  if (json.IsString()) return EnumValue{ValueType::kString, false, std::string(Text(json))};
  return std::nullopt;
}

bool IsListOf(const rapidjson::Value& json, bool (*accepts)(const rapidjson::Value&)) {
  return json.IsArray() && std::all_of(json.Begin(), json.End(), accepts);
}

}  // namespace

bool SchemaReader::ReadKeyword(Operand operand, const Place& place, SchemaNode::Keyword& keyword,
                               SchemaNode& node) {
  const Json& json = *keyword.operand;
  switch (operand) {
    case Operand::kTypes:
      return ReadTypes(place, json, node);
    case Operand::kValues:
      return ReadValues(place, json, node);
    case Operand::kNames:
      return ReadRequired(place, json, node);
    case Operand::kCount:
    case Operand::kNumber:
    case Operand::kPositive:
      return ReadBound(operand, place, keyword, node);
    case Operand::kFlag:
      return ReadFlag(place, keyword, node);
    case Operand::kPattern:
      if (!json.IsString()) return Fail(place, "must be a string");
      return CheckPattern(place, Text(json));
    case Operand::kFormat:
      return ReadFormat(place, keyword, node);
    case Operand::kAny:
    case Operand::kRefused:
      return true;
    case Operand::kDependencies:
      return ReadDependencies(place, keyword);
    case Operand::kSchema:
    case Operand::kFlagOrSchema:
    case Operand::kSchemas:
    case Operand::kSchemaOrList:
    case Operand::kSchemaMap:
    case Operand::kPatternMap:
      if (!ReadChildren(operand, place, keyword)) return false;
      StoreChildren(keyword, node);
      return true;
  }
  return true;
}

bool SchemaReader::ReadTypes(const Place& place, const Json& json, SchemaNode& node) {
  node.types = 0;
  const auto add = [&](const Json& name) {
    const TypeSet types = TypeOf(name);
    node.types |= types;
    return types != 0;
  };
  const bool valid =
      json.IsArray() ? !json.Empty() && std::all_of(json.Begin(), json.End(), add) : add(json);
  if (valid) return true;
  return Fail(place,
              "must be array, boolean, integer, null, number, object or string, or a list "
              "of these");
}

bool SchemaReader::ReadValues(const Place& place, const Json& json, SchemaNode& node) {
  if (!json.IsArray() || json.Empty()) return Fail(place, "must be a list of at least one value");
  std::vector<EnumValue> values;
  for (const Json& value : json.GetArray()) {
    auto scalar = ScalarOf(value);
    if (!scalar) {
      node.opaque = "enum";
      return true;
    }
    values.push_back(std::move(*scalar));
  }
  node.values = std::move(values);
  return true;
}

bool SchemaReader::ReadRequired(const Place& place, const Json& json, SchemaNode& node) {
  if (!CheckNames(place, json)) return false;
  for (const Json& name : json.GetArray()) {
    if (std::find(node.required.begin(), node.required.end(), Text(name)) == node.required.end()) {
      node.required.emplace_back(Text(name));
    }
  }
  return true;
}

bool SchemaReader::CheckNames(const Place& place, const Json& json) {
  if (IsListOf(json, [](const Json& name) { return name.IsString(); })) return true;
  return Fail(place, "must be a list of strings");
}

bool SchemaReader::ReadBound(Operand operand, const Place& place,
                             const SchemaNode::Keyword& keyword, SchemaNode& node) {
  const Json& json = *keyword.operand;
  if (operand == Operand::kCount && !(json.IsInt64() && json.GetInt64() >= 0)) {
    return Fail(place, "must be an integer that isn't negative");
  }
  // Values beyond 64 bits are clamped for valijson, so a bound out there could not be honoured.
  constexpr double kLargest = 9.2e18;
  if (!json.IsNumber() || std::abs(json.GetDouble()) > kLargest) {
    return Fail(place, "must be a number, and within 64 bits");
  }
  if (operand == Operand::kPositive && !(json.GetDouble() > 0)) {
    return Fail(place, "must be above 0");
  }
  const std::string& name = keyword.name;
  if (name == "minimum") node.minimum = json.GetDouble();
  if (name == "maximum") node.maximum = json.GetDouble();
  if (name == "minLength") node.min_length = json.GetUint64();
  if (name == "maxLength") node.max_length = json.GetUint64();
  if (name == "minItems") node.min_items = json.GetUint64();
  if (name == "maxItems") node.max_items = json.GetUint64();
  return true;
}

bool SchemaReader::ReadFlag(const Place& place, const SchemaNode::Keyword& keyword,
                            SchemaNode& node) {
  if (!keyword.operand->IsBool()) return Fail(place, "must be true or false (draft-04)");
  if (keyword.name == "exclusiveMinimum") node.exclusive_minimum = keyword.operand->GetBool();
  if (keyword.name == "exclusiveMaximum") node.exclusive_maximum = keyword.operand->GetBool();
  return true;
}

bool SchemaReader::ReadFormat(const Place& place, SchemaNode::Keyword& keyword,
                              const SchemaNode& node) {
  if (!keyword.operand->IsString()) return Fail(place, "must be a string");
  const std::string_view format = Text(*keyword.operand);
  const bool checked = format == "date" || format == "time" || format == "date-time";
  const bool meets_strings = (node.types & TypeBit(ValueType::kString)) != 0;
  if (!checked || !meets_strings) keyword.operand = nullptr;
  return true;
}

bool SchemaReader::CheckPattern(const Place& place, std::string_view pattern) {
  const std::string fault = Pattern(pattern).Fault();
  if (fault.empty()) return true;
  return Fail(place, "the regular expression `" + std::string(pattern) +
                         "` can't be used: " + fault +
                         "; RE2 takes all but look-around, back-references and more than 1000 "
                         "repetitions");
}

bool SchemaReader::ReadChildren(Operand operand, const Place& place, SchemaNode::Keyword& keyword) {
  const Json& json = *keyword.operand;
  const auto read = [&](const Place& at, std::string_view name, const Json& schema) {
    const SchemaNode* child = ReadSchema(at, schema);
    keyword.children.push_back({std::string(name), child});
    return child != nullptr;
  };
  if (operand == Operand::kFlagOrSchema && json.IsBool()) return true;
  if (operand == Operand::kSchemaMap || operand == Operand::kPatternMap) {
    if (!json.IsObject()) return Fail(place, "must be an object of schemas");
    for (const auto& member : json.GetObject()) {
      const std::string_view name = Text(member.name);
      if (operand == Operand::kPatternMap && !CheckPattern(place / name, name)) return false;
      if (!read(place / name, name, member.value)) return false;
    }
    return true;
  }
  const bool list = operand == Operand::kSchemas;
  if (list && !(json.IsArray() && !json.Empty())) {
    return Fail(place, "must be a list of at least one schema");
  }
  if (list || (operand == Operand::kSchemaOrList && json.IsArray())) {
    for (rapidjson::SizeType i = 0; i < json.Size(); ++i) {
      if (!read(place / std::to_string(i), {}, json[i])) return false;
    }
    return true;
  }
  return read(place, {}, json);
}

void SchemaReader::StoreChildren(const SchemaNode::Keyword& keyword, SchemaNode& node) {
  const std::string& name = keyword.name;
  const auto store = [&](std::vector<const SchemaNode*>& list) {
    for (const SchemaNode::Named& child : keyword.children) list.push_back(child.schema);
  };
  if (name == "properties") node.properties = keyword.children;
  if (name == "allOf") store(node.all_of);
  if (name == "anyOf") store(node.any_of);
  if (name == "oneOf") store(node.one_of);
  if (name == "not") node.negated = keyword.children.front().schema;
  if (name == "items" && keyword.operand->IsArray()) {
    node.opaque = "items";
  } else if (name == "items") {
    node.items = keyword.children.front().schema;
  }
  if (name == "additionalProperties" && keyword.operand->IsBool()) {
    node.closed = !keyword.operand->GetBool();
  } else if (name == "additionalProperties") {
    node.additional = keyword.children.front().schema;
  }
}

bool SchemaReader::ReadDependencies(const Place& place, SchemaNode::Keyword& keyword) {
  if (!keyword.operand->IsObject()) return Fail(place, "must be an object");
  for (const auto& member : keyword.operand->GetObject()) {
    const std::string_view name = Text(member.name);
    const Place here = place / name;
    const SchemaNode* schema = nullptr;
    if (member.value.IsArray()) {
      if (!CheckNames(here, member.value)) return false;
    } else if (schema = ReadSchema(here, member.value); schema == nullptr) {
      return false;
    }
    if (schema != nullptr) keyword.children.push_back({std::string(name), schema});
  }
  return true;
}

}  // namespace sluice
