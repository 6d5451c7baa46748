#include "unit/schema/event_generator.h"

#include <algorithm>

#include "sluice/document.h"

namespace sluice {
namespace {

constexpr int kMaxDepth = 12;

const std::vector<std::string> kStrings = {R"("")",
                                           R"("a")",
                                           R"(" ")",
                                           R"("3.0")",
                                           R"("3.1")",
                                           R"("START")",
                                           R"("\u0000")",
                                           R"("a\u0000")",
                                           R"("\ud83d\ude00")",
                                           R"("\ud800")",
                                           R"("é")",
                                           R"("0123456789")",
                                           R"("😀😀")",
                                           R"("WorkOrder")",
                                           R"("Role")",
                                           R"("2024-01-01T00:00:00Z")"};
const std::vector<std::string> kNumbers = {"0",
                                           "1",
                                           "-1",
                                           "-1.0",
                                           "-1.5",
                                           "-2",
                                           "5.0",
                                           "1e3",
                                           "10",
                                           "9.99",
                                           "3",
                                           "-0",
                                           "2.5",
                                           "1e-320",
                                           "123456789012345678901234567890",
                                           "-123456789012345678901234567890",
                                           "9223372036854775807",
                                           "-9223372036854775808",
                                           "18446744073709551615",
                                           "1.5e300",
                                           "-1.00000000000000000001"};
const std::vector<std::string> kNames = {R"("id")",       R"("type")", R"("x")",         R"("")",
                                         R"("edata")",    R"("Type")", R"("typ\u0065")", R"("é")",
                                         R"("id\u0000")", R"("l1")",   R"("eid")"};

std::string Quote(std::string_view text) {
  std::string quoted;
  AppendJsonString(quoted, text);
  return quoted;
}

}  // namespace

std::string EventGenerator::Next(const SchemaNode& schema) {
  Json root = Make(schema, 0);
  if (root.kind != Json::Kind::kObject) {
    Json object = Empty(Json::Kind::kObject);
    Add(object, R"("a")", std::move(root));
    root = std::move(object);
  }
  const unsigned changes = static_cast<unsigned>(random_() % 4);
  for (unsigned i = 0; i < changes; ++i) Mutate(root);
  std::string text;
  Write(root, text);
  return text;
}

EventGenerator::Json EventGenerator::Make(const SchemaNode& schema, int depth) {
  if (depth > kMaxDepth) return Scalar(Pick(kStrings));
  if (!schema.one_of.empty()) return Make(*Pick(schema.one_of), depth);
  if (!schema.any_of.empty() && OneIn(2)) return Make(*Pick(schema.any_of), depth);
  const bool describes_members = !schema.properties.empty() || !schema.all_of.empty() ||
                                 !schema.required.empty() || schema.additional != nullptr;
  std::vector<ValueType> types;
  for (const ValueType type : {ValueType::kNull, ValueType::kBool, ValueType::kNumber,
                               ValueType::kString, ValueType::kArray, ValueType::kObject}) {
    if ((schema.types & TypeBit(type)) != 0) types.push_back(type);
  }
  if ((schema.types & kIntegerBit) != 0) types.push_back(ValueType::kNumber);
  ValueType type = describes_members ? ValueType::kObject : Pick(types);
  if (describes_members && OneIn(20)) type = Pick(types);
  if (type == ValueType::kObject) {
    Json object = Empty(Json::Kind::kObject);
    AddMembers(schema, object, depth);
    return object;
  }
  if (type == ValueType::kArray) {
    Json array = Empty(Json::Kind::kArray);
    for (auto i = random_() % 4; i > 0; --i) {
      Add(array, "",
          schema.items != nullptr ? Make(*schema.items, depth + 1) : Anything(depth + 1));
    }
    return array;
  }
  return MakeScalar(schema, type);
}

void EventGenerator::AddMembers(const SchemaNode& schema, Json& object, int depth) {
  // Events need nearly all that their files describe; other schemas contradict themselves.
  static const std::vector<unsigned> kSkipOneIn = {12, 12, 12, 12, 2, 1};
  const unsigned skip_one_in = depth < 2 ? Pick(kSkipOneIn) : 2;
  const auto find = [&object](const std::string& name) {
    return std::find_if(object.children.begin(), object.children.end(),
                        [&name](const auto& child) { return child.name == name; });
  };
  for (const SchemaNode* branch : schema.all_of) AddMembers(*branch, object, depth);
  for (const SchemaNode::Named& property : schema.properties) {
    const bool needed = std::find(schema.required.begin(), schema.required.end(), property.name) !=
                        schema.required.end();
    if (!needed && OneIn(skip_one_in)) continue;
    const std::string name = Quote(property.name);
    const auto present = find(name);
    if (present == object.children.end()) {
      Add(object, name, Make(*property.schema, depth + 1));
    } else if (OneIn(2)) {
      Replace(*present, Make(*property.schema, depth + 1));
    }
  }
  const auto other = [&] {
    return schema.additional != nullptr ? Make(*schema.additional, depth + 1) : Anything(depth + 1);
  };
  for (const std::string& name : schema.required) {
    if (find(Quote(name)) == object.children.end()) {
      Add(object, Quote(name), other());
    }
  }
  if (!schema.closed && OneIn(4)) Add(object, Pick(kNames), other());
}

EventGenerator::Json EventGenerator::MakeScalar(const SchemaNode& schema, ValueType type) {
  if (schema.values && !OneIn(10)) {
    const EnumValue& value = Pick(*schema.values);
    if (value.type == ValueType::kString) return Scalar(Quote(value.text));
    if (value.type == ValueType::kBool) return Scalar(value.truth ? "true" : "false");
    return Scalar("null");
  }
  switch (type) {
    case ValueType::kBool:
      return Scalar(OneIn(2) ? "true" : "false");
    case ValueType::kNumber:
      return Scalar(Pick(kNumbers));
    case ValueType::kString:
      return Scalar(Pick(kStrings));
    default:
      return Scalar("null");
  }
}

EventGenerator::Json EventGenerator::Anything(int depth) {
  switch (random_() % (depth > 4 ? 5U : 7U)) {
    case 0:
      return Scalar("null");
    case 1:
      return Scalar("true");
    case 2:
      return Scalar("false");
    case 3:
      return Scalar(Pick(kStrings));
    case 4:
      return Scalar(Pick(kNumbers));
    case 5: {
      Json array = Empty(Json::Kind::kArray);
      for (auto i = random_() % 3; i > 0; --i) Add(array, "", Anything(depth + 1));
      return array;
    }
    default: {
      Json object = Empty(Json::Kind::kObject);
      for (auto i = random_() % 3; i > 0; --i) {
        Add(object, Pick(kNames), Anything(depth + 1));
      }
      return object;
    }
  }
}

/// Any place in the tree; the deeper ones too, but each level less often.
EventGenerator::Json& EventGenerator::PickPlace(Json& root) {
  Json* at = &root;
  while (!at->children.empty() && !OneIn(3)) {
    at = &at->children[random_() % at->children.size()];
  }
  return *at;
}

void EventGenerator::Mutate(Json& root) {
  Json& place = PickPlace(root);
  if (place.kind == Json::Kind::kObject && (&place == &root || !OneIn(4))) {
    MutateObject(place);
  } else if (place.kind == Json::Kind::kArray && !OneIn(3)) {
    Add(place, "", OneIn(2) ? Anything(0) : PickPlace(root));
  } else if (&place != &root) {
    Replace(place, OneIn(3) ? Json(PickPlace(root)) : Anything(0));
  }
}

void EventGenerator::MutateObject(Json& object) {
  const std::size_t size = object.children.size();
  switch (random_() % 5) {
    case 0:
      Add(object, Pick(kNames), Anything(0));
      return;
    case 1:
      if (size > 0) {
        object.children.erase(object.children.begin() +
                              static_cast<std::ptrdiff_t>(random_() % size));
      }
      return;
    case 2:
      if (size > 0) Replace(object.children[random_() % size], Anything(0));
      return;
    case 3:  // The last of two equal names wins.
      if (size > 0) Add(object, object.children[random_() % size].name, Anything(0));
      return;
    default:
      if (size > 0) object.children[random_() % size].name = Pick(kNames);
      return;
  }
}

void EventGenerator::Write(const Json& json, std::string& text) {
  if (json.kind == Json::Kind::kScalar) {
    text += json.scalar;
    return;
  }
  const bool object = json.kind == Json::Kind::kObject;
  text.push_back(object ? '{' : '[');
  bool first = true;
  for (const Json& child : json.children) {
    if (!first) text.push_back(',');
    first = false;
    if (object) text += child.name + ":";
    Write(child, text);
  }
  text.push_back(object ? '}' : ']');
}

}  // namespace sluice
