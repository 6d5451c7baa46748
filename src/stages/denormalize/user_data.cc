#include "stages/denormalize/user_data.h"

#include <array>

#include "sluice/document.h"

namespace sluice::stages {
namespace {

constexpr std::array<std::string_view, 12> kFields = {
    "usertype", "usersubtype",    "grade",         "language", "subject", "state",
    "district", "usersignintype", "userlogintype", "block",    "cluster", "schoolname"};

const std::vector<WantedField>& Fields() {
  static const std::vector<WantedField> kWanted = Wanted("userdata", kFields);
  return kWanted;
}

/// An array or object stays one, whatever the field.
std::string ValueJson(std::string_view value) {
  if (auto held = HeldJson(value)) return *std::move(held);
  std::string json;
  AppendJsonString(json, PlainText(value));
  return json;
}

}  // namespace

ReferenceRecord ReadUser(const LookupReply& user, const UserDefaults& defaults, Arena& arena) {
  ReferenceRecord record;
  std::string json = "{";
  for (const WantedField& field : Fields()) {
    const std::string_view value = FieldOf(user, field.name);
    std::string value_json;
    if (!value.empty()) {
      record.empty = false;
      value_json = ValueJson(value);
    } else if (field.name == "usersignintype") {
      AppendJsonString(value_json, defaults.signin_type);
    } else if (field.name == "userlogintype") {
      AppendJsonString(value_json, defaults.login_type);
    } else {
      continue;
    }
    if (json.size() > 1) json.push_back(',');
    AppendJsonString(json, field.path.names().back().text);
    json.push_back(':');
    json.append(value_json);
    record.members.push_back({&field.path, arena.Copy(value_json)});
  }
  json.push_back('}');
  record.json = arena.Copy(json);
  return record;
}

}  // namespace sluice::stages
