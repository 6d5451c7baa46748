#include "stages/update_user/profile_members.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "codec/gson_string.h"
#include "codec/text.h"
#include "sluice/document.h"

namespace sluice::stages {
namespace {

constexpr const char* kFramework = "framework is not an object of lists of strings";
constexpr const char* kLocations =
    "userLocations is not a list of objects with type, name and code as strings";
constexpr const char* kTypes = "profileUserTypes is not a list of objects of strings";

/// A list of strings as JSON; nullopt where it is missing. False for anything else.
bool ReadList(const Value& value, std::optional<std::string>& json) {
  if (IsMissing(value)) return true;
  if (!value.IsArray()) return false;
  std::string list = "[";
  for (const Value element : value) {
    std::optional<std::string_view> text;
    if (!ReadText(element, text)) return false;
    if (list.size() > 1) list += ',';
    if (text) {
      AppendGsonString(list, *text);
    } else {
      list += "null";
    }
  }
  json = list += ']';
  return true;
}

std::string_view FirstOf(const Value& list) {
  std::optional<std::string_view> first;
  if (list.size() > 0) ReadText(*list.begin(), first);
  return first.value_or("");
}

bool ReadFramework(const Value& framework, UserFields& fields) {
  if (IsMissing(framework)) return true;
  if (!IsFreeObject(framework)) return false;
  bool empty = true;
  for (const Value member : framework) {
    std::optional<std::string> ignored;
    if (!ReadList(member, ignored)) return false;
    empty = empty && IsMissing(member);
  }
  if (empty) return true;
  fields.PutText("board", FirstOf(framework.Find("board")));
  fields.PutText("framework", FirstOf(framework.Find("id")));
  constexpr std::array<std::pair<const char*, const char*>, 3> kLists = {
      {{"medium", "medium"}, {"grade", "gradeLevel"}, {"subject", "subject"}}};
  for (const auto& [field, member] : kLists) {
    std::optional<std::string> json;
    ReadList(framework.Find(member), json);
    fields.Put(field, json.value_or("[]"));
  }
  return true;
}

/// Strings proper: numbers are refused here.
bool ReadString(const Value& value, std::optional<std::string_view>& text) {
  if (IsMissing(value)) return true;
  if (value.IsString()) text = value.text();
  return value.IsString();
}

bool ReadLocation(const Value& location, UserFields& fields) {
  if (!IsFreeObject(location)) return false;
  std::optional<std::string_view> type;
  std::optional<std::string_view> name;
  if (!ReadString(location.Find("type"), type)) return false;
  if (!ReadString(location.Find("name"), name)) return false;
  if (!type) return true;
  if (!EqualsIgnoreCase(*type, "school")) {
    fields.PutText(*type, name.value_or(""));
    return true;
  }
  std::optional<std::string_view> code;
  if (!ReadString(location.Find("code"), code)) return false;
  fields.PutText("schoolname", name.value_or(""));
  fields.PutText("schooludisecode", code.value_or(""));
  return true;
}

bool ReadLocations(const Value& locations, UserFields& fields) {
  if (IsMissing(locations)) return true;
  if (!locations.IsArray()) return false;
  for (const Value location : locations) {
    if (!ReadLocation(location, fields)) return false;
  }
  return true;
}

/// The distinct values of one member, in the order in which they come first.
class Distinct {
 public:
  void Add(std::string_view text) {
    if (text.empty() || std::ranges::find(texts_, text) != texts_.end()) return;
    texts_.push_back(text);
  }
  [[nodiscard]] std::string Joined() const {
    std::string joined;
    for (const std::string_view text : texts_) {
      if (!joined.empty()) joined += ',';
      joined += text;
    }
    return joined;
  }

 private:
  std::vector<std::string_view> texts_;
};

/// Appends the map as JSON, without what is missing; by name, which is the order in which the job's
/// maps have the names that the API knows.
bool AppendTexts(const Value& object, std::string& json) {
  if (!IsFreeObject(object)) return false;
  std::map<std::string_view, std::string_view> texts;
  for (const Value member : object) {
    std::optional<std::string_view> text;
    if (!ReadText(member, text)) return false;
    if (text) texts.insert_or_assign(member.name(), *text);
  }
  char separator = '{';
  for (const auto& [name, text] : texts) {
    json += std::exchange(separator, ',');
    AppendGsonString(json, name);
    json += ':';
    AppendGsonString(json, text);
  }
  json += texts.empty() ? "{}" : "}";
  return true;
}

bool ReadTypes(const Value& types, UserFields& fields) {
  if (IsMissing(types)) return true;
  if (!types.IsArray()) return false;
  if (types.size() == 0) return true;
  Distinct kinds;
  Distinct sub_kinds;
  std::string json = "[";
  for (const Value type : types) {
    if (json.size() > 1) json += ',';
    if (!AppendTexts(type, json)) return false;
    std::optional<std::string_view> text;
    ReadText(type.Find("type"), text);
    kinds.Add(text.value_or(""));
    text.reset();
    ReadText(type.Find("subType"), text);
    sub_kinds.Add(text.value_or(""));
  }
  fields.PutText("usertype", kinds.Joined());
  fields.PutText("usersubtype", sub_kinds.Joined());
  fields.PutText("profileusertypes", json + "]");
  return true;
}

bool ReadLanguage(const Value& language, UserFields& fields) {
  std::optional<std::string> json;
  if (!ReadList(language, json)) return false;
  fields.Put("language", json.value_or(""));
  return true;
}

const char* ReadTexts(const Value& response, UserFields& fields) {
  struct Text {
    const char* field;
    const char* member;
    const char* problem;
  };
  constexpr std::array<Text, 6> kTexts = {{{"firstname", "firstName", "firstName is no text"},
                                           {"lastname", "lastName", "lastName is no text"},
                                           {"rootorgid", "rootOrgId", "rootOrgId is no text"},
                                           {"phone", "encPhone", "encPhone is no text"},
                                           {"email", "encEmail", "encEmail is no text"},
                                           {"userid", "userId", "userId is no text"}}};
  for (const Text& text : kTexts) {
    std::optional<std::string_view> value;
    if (!ReadText(response.Find(text.member), value)) return text.problem;
    fields.PutText(text.field, value.value_or(""));
  }
  return nullptr;
}

const char* ReadRootOrg(const Value& response, UserProfile& profile, Arena& arena) {
  const Value root_org = response.Find("rootOrg");
  if (!IsMissing(root_org) && !root_org.IsObject()) return "rootOrg is not an object";
  std::optional<std::string_view> name;
  if (!ReadText(root_org.Find("orgName"), name)) return "rootOrg.orgName is no text";
  profile.fields.PutText("orgname", name.value_or(""));
  std::optional<std::string_view> id;
  ReadText(response.Find("rootOrgId"), id);
  if (id) profile.root_org = arena.Copy(*id);
  return nullptr;
}

}  // namespace

bool IsMissing(const Value& value) { return !value.exists() || value.IsNull(); }

bool ReadText(const Value& value, std::optional<std::string_view>& text) {
  if (IsMissing(value)) return true;
  if (value.type() == ValueType::kBool) {
    text = value.IsTrue() ? "true" : "false";
    return true;
  }
  text = value.text();
  return value.IsString() || value.IsNumber();
}

bool IsFreeObject(const Value& value) {
  return value.IsObject() || (value.IsArray() && value.size() == 0);
}

const char* ReadUser(const Value& response, UserProfile& profile, Arena& arena) {
  if (!response.IsObject()) return "response is not an object";
  // Nothing is taken from it, but it has a type.
  std::string ignored;
  const Value unused = response.Find("profileUserType");
  if (!IsMissing(unused) && !AppendTexts(unused, ignored)) {
    return "profileUserType is not an object of strings";
  }
  UserFields& fields = profile.fields;
  if (!ReadFramework(response.Find("framework"), fields)) return kFramework;
  if (!ReadLocations(response.Find("userLocations"), fields)) return kLocations;
  if (!ReadTypes(response.Find("profileUserTypes"), fields)) return kTypes;
  if (!ReadLanguage(response.Find("language"), fields)) return "language is not a list of strings";
  if (const char* problem = ReadTexts(response, fields)) return problem;
  return ReadRootOrg(response, profile, arena);
}

}  // namespace sluice::stages
