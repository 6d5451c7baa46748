#include "schema/valijson_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace sluice {
namespace {

using Json = rapidjson::Value;
using Memory = rapidjson::Document::AllocatorType;

/// valijson takes strings as C strings in places, so U+0000 becomes this noncharacter, in
/// schemas and documents alike: equal texts stay equal and lengths in code points the same.
constexpr std::string_view kInsteadOfNul = "\xEF\xB7\x90";

Json TextOf(std::string_view text, Memory& memory) {
  if (text.find('\0') == std::string_view::npos) {
    // An empty string_view may have no address, which RapidJSON would not take.
    if (text.empty()) return Json("");
    return Json(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  std::string replaced;
  for (const char c : text) {
    if (c == '\0') {
      replaced += kInsteadOfNul;
    } else {
      replaced.push_back(c);
    }
  }
  return Json(replaced.data(), static_cast<rapidjson::SizeType>(replaced.size()), memory);
}

/// An integer beyond 64 bits becomes the nearest one within: it stays an integer, and bounds are
/// all within (SchemaReader).
Json NumberOf(Value value) {
  const std::string_view literal = value.text();
  if (literal.find_first_of(".eE") != std::string_view::npos) return Json(value.AsDouble());
  std::int64_t number = 0;
  const auto parsed = std::from_chars(literal.data(), literal.data() + literal.size(), number);
  if (parsed.ec != std::errc::result_out_of_range) return Json(number);
  return Json(literal.front() == '-' ? std::numeric_limits<std::int64_t>::min()
                                     : std::numeric_limits<std::int64_t>::max());
}

}  // namespace

Json ValijsonText::DocumentValue(Value value, Memory& memory) {
  switch (value.type()) {
    case ValueType::kAbsent:
    case ValueType::kNull:
      return Json();
    case ValueType::kBool:
      return Json(value.IsTrue());
    case ValueType::kNumber:
      return NumberOf(value);
    case ValueType::kString:
      return TextOf(value.text(), memory);
    case ValueType::kArray: {
      Json array(rapidjson::kArrayType);
      for (const Value item : value) array.PushBack(DocumentValue(item, memory), memory);
      return array;
    }
    case ValueType::kObject: {
      Json object(rapidjson::kObjectType);
      for (const Value member : value) {
        object.AddMember(TextOf(member.name(), memory), DocumentValue(member, memory), memory);
      }
      return object;
    }
  }
  return Json();
}

rapidjson::Document ValijsonText::SchemaText(const SchemaNode& root) {
  rapidjson::Document text;
  ValijsonText writer(text);
  static_cast<Json&>(text) = writer.Write(root);
  Json definitions(rapidjson::kObjectType);
  while (!writer.unwritten_.empty()) {
    const SchemaNode* node = writer.unwritten_.back();
    writer.unwritten_.pop_back();
    writer.Add(definitions, writer.definitions_.at(node), writer.Write(*node));
  }
  writer.Add(text, "definitions", std::move(definitions));
  return text;
}

void ValijsonText::Add(Json& object, std::string_view name, Json value) {
  Json key(name.data(), static_cast<rapidjson::SizeType>(name.size()), memory_);
  object.AddMember(key, value, memory_);
}

Json ValijsonText::CopyOf(const Json& json) {
  if (json.IsString()) return TextOf({json.GetString(), json.GetStringLength()}, memory_);
  if (json.IsArray()) {
    Json array(rapidjson::kArrayType);
    for (const Json& item : json.GetArray()) array.PushBack(CopyOf(item), memory_);
    return array;
  }
  if (json.IsObject()) {
    Json object(rapidjson::kObjectType);
    for (const auto& member : json.GetObject()) {
      object.AddMember(CopyOf(member.name), CopyOf(member.value), memory_);
    }
    return object;
  }
  return Json(json, memory_);
}

Json ValijsonText::Write(const SchemaNode& node) {
  Json schema(rapidjson::kObjectType);
  Json all_of(rapidjson::kArrayType);
  const bool matches_names = std::ranges::find(node.keywords, "patternProperties",
                                               &SchemaNode::Keyword::name) != node.keywords.end();
  if (matches_names) AddNames(node, schema);
  for (const SchemaNode::Keyword& keyword : node.keywords) {
    const std::string& name = keyword.name;
    if (matches_names && (name == "patternProperties" || name == "additionalProperties")) continue;
    if (name == "pattern") {
      Add(schema, kPatternKeyword, CopyOf(*keyword.operand));
    } else if (name == "format") {
      all_of.PushBack(WriteFormat(keyword), memory_);
    } else if (name == "allOf") {
      for (const auto& child : keyword.children) {
        all_of.PushBack(WriteChild(*child.schema), memory_);
      }
    } else {
      Add(schema, name, WriteOperand(keyword));
    }
  }
  if (!all_of.Empty()) Add(schema, "allOf", std::move(all_of));
  return schema;
}

Json ValijsonText::WriteChild(const SchemaNode& node) {
  if (!node.referenced) return Write(node);
  const auto [entry, fresh] = definitions_.emplace(&node, std::to_string(definitions_.size()));
  if (fresh) unwritten_.push_back(&node);
  Json reference(rapidjson::kObjectType);
  const std::string target = "#/definitions/" + entry->second;
  Add(reference, "$ref",
      Json(target.data(), static_cast<rapidjson::SizeType>(target.size()), memory_));
  return reference;
}

Json ValijsonText::WriteOperand(const SchemaNode::Keyword& keyword) {
  const std::string& name = keyword.name;
  if (name == "properties" || name == "patternProperties" || name == "dependencies") {
    return WriteMap(keyword);
  }
  if (keyword.children.empty()) return CopyOf(*keyword.operand);
  if (!keyword.operand->IsArray()) return WriteChild(*keyword.children.front().schema);
  Json list(rapidjson::kArrayType);
  for (const auto& child : keyword.children) list.PushBack(WriteChild(*child.schema), memory_);
  return list;
}

Json ValijsonText::WriteMap(const SchemaNode::Keyword& keyword) {
  Json map(rapidjson::kObjectType);
  auto child = keyword.children.begin();
  for (const auto& member : keyword.operand->GetObject()) {
    // Some dependencies are lists of names, which are no children.
    Json value = member.value.IsArray() ? CopyOf(member.value) : WriteChild(*(child++)->schema);
    map.AddMember(CopyOf(member.name), value, memory_);
  }
  return map;
}

/// valijson applies a format to whatever value it meets, and aborts where that is no string.
Json ValijsonText::WriteFormat(const SchemaNode::Keyword& keyword) {
  constexpr std::string_view kSafeFormat =
      R"({"anyOf": [{"not": {"type": "string"}}, {"allOf": [{"maxLength": 64}, {}]}]})";
  rapidjson::Document text(&memory_);
  text.Parse(kSafeFormat.data(), kSafeFormat.size());
  Add(text["anyOf"][1]["allOf"][1], "format", CopyOf(*keyword.operand));
  Json schema;
  schema.Swap(text);
  return schema;
}

void ValijsonText::AddNames(const SchemaNode& node, Json& schema) {
  const std::string address = std::to_string(reinterpret_cast<std::uintptr_t>(&node));
  Add(schema, kNamesKeyword,
      Json(address.data(), static_cast<rapidjson::SizeType>(address.size()), memory_));
}

}  // namespace sluice
