#include "schema/schema_reader.h"

#include <algorithm>
#include <utility>

#include "schema/json_pointer.h"
#include "schema/keyword_rules.h"

namespace sluice {
namespace {

/// Schemas inside schemas, $refs included. Far above any real one.
constexpr int kMaxNesting = 200;

std::string_view Text(const rapidjson::Value& json) {
  return {json.GetString(), json.GetStringLength()};
}

/// The value at a JSON pointer, or nullptr.
const rapidjson::Value* Descend(const rapidjson::Value& json,
                                const std::vector<std::string>& names) {
  const rapidjson::Value* at = &json;
  for (const std::string& name : names) {
    if (at->IsObject()) {
      const auto found = at->FindMember(
          rapidjson::Value(name.data(), static_cast<rapidjson::SizeType>(name.size())));
      if (found == at->MemberEnd()) return nullptr;
      at = &found->value;
    } else if (at->IsArray()) {
      if (name.empty() || name.size() > 6) return nullptr;
      if (name.find_first_not_of("0123456789") != std::string::npos) return nullptr;
      const auto index = static_cast<rapidjson::SizeType>(std::stoul(name));
      if (index >= at->Size()) return nullptr;
      at = &(*at)[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

}  // namespace

SchemaReader::Place SchemaReader::Place::operator/(std::string_view name) const {
  Place place = *this;
  AppendToPointer(place.pointer, name);
  return place;
}

Result<const SchemaNode*> SchemaReader::ReadRoot(const std::string& file) {
  const SchemaNode* root = ReadSchema({file, ""}, *files_.Find(file));
  if (root == nullptr) return *std::exchange(error_, std::nullopt);
  return root;
}

bool SchemaReader::Fail(const Place& place, const std::string& what) {
  if (!error_) error_ = files_.Complain(place.file, place.pointer, what);
  return false;
}

const SchemaNode* SchemaReader::ReadSchema(const Place& place, const Json& json) {
  if (!json.IsObject()) {
    Fail(place, "a schema must be a JSON object");
    return nullptr;
  }
  if (const auto reference = json.FindMember("$ref"); reference != json.MemberEnd()) {
    return Follow(place, reference->value);
  }
  if (const auto known = known_.find(place); known != known_.end()) return known->second;
  if (depth_ == kMaxNesting) {
    Fail(place, "schemas are nested more than 200 levels deep");
    return nullptr;
  }
  SchemaNode& node = nodes_.emplace_back();
  node.file = place.file;
  node.pointer = place.pointer;
  known_.emplace(place, &node);
  ++depth_;
  const bool read = ReadKeywords(place, json, node);
  --depth_;
  return read ? &node : nullptr;
}

const SchemaNode* SchemaReader::Follow(const Place& place, const Json& reference) {
  const Place here = place / "$ref";
  if (!reference.IsString()) {
    Fail(here, "must be a string");
    return nullptr;
  }
  const std::string_view text = Text(reference);
  const std::size_t hash = std::min(text.find('#'), text.size());
  const std::string_view path = text.substr(0, hash);
  const std::string file =
      path.empty() ? place.file : std::string(path.substr(path.find_last_of("/:\\") + 1));
  const Json* json = files_.Find(file);
  const auto names = ParsePointerFragment(text.substr(std::min(hash + 1, text.size())));
  if (json != nullptr) json = names ? Descend(*json, *names) : nullptr;
  if (json == nullptr) {
    Fail(here, "refers to " + std::string(text) + ", which isn't there; put the file " + file +
                   " with that place into the schema directory or correct the $ref");
    return nullptr;
  }
  Place target{file, ""};
  for (const std::string& name : *names) AppendToPointer(target.pointer, name);
  return ReadTarget(here, target, *json);
}

const SchemaNode* SchemaReader::ReadTarget(const Place& place, const Place& target,
                                           const Json& json) {
  if (!following_.insert(place).second) {
    Fail(place, "refers to itself; point it to a schema");
    return nullptr;
  }
  const SchemaNode* node = ReadSchema(target, json);
  following_.erase(place);
  // The node is ours to change; the tree hands it out as const.
  if (node != nullptr) known_.at({node->file, node->pointer})->referenced = true;
  return node;
}

bool SchemaReader::ReadKeywords(const Place& place, const Json& json, SchemaNode& node) {
  for (const KeywordRule& rule : KeywordRules()) {
    const auto member = json.FindMember(rapidjson::StringRef(rule.name.data(), rule.name.size()));
    if (member == json.MemberEnd()) continue;
    const Place here = place / rule.name;
    if (rule.operand == Operand::kRefused) {
      return Fail(here,
                  "this keyword is not of draft-04, which is what is read here; remove it or "
                  "say it in draft-04");
    }
    SchemaNode::Keyword keyword{std::string(rule.name), &member->value, {}};
    if (!ReadKeyword(rule.operand, here, keyword, node)) return false;
    if (keyword.operand == nullptr) continue;
    if (!rule.compiled && node.opaque.empty()) node.opaque = rule.name;
    node.keywords.push_back(std::move(keyword));
  }
  if (json.HasMember("exclusiveMinimum") && !node.minimum) {
    return Fail(place / "exclusiveMinimum", "means nothing without minimum; add it");
  }
  if (json.HasMember("exclusiveMaximum") && !node.maximum) {
    return Fail(place / "exclusiveMaximum", "means nothing without maximum; add it");
  }
  return true;
}

}  // namespace sluice
