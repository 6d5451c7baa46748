#include "stages/denormalize/enrichment.h"

#include <optional>
#include <string>

namespace sluice::stages {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
/// A user with the two defaults alone counts as unknown.
constexpr std::size_t kDefaultMembers = 2;

const Path kEts("/ets");
const Path kFlags("/flags");
const Path kDevice("/devicedata");
const Path kDeviceState("/devicedata/state");
const Path kDeviceDistrict("/devicedata/districtcustom");
const Path kDeclaredState("/devicedata/userdeclared/state");
const Path kDeclaredDistrict("/devicedata/userdeclared/district");
const Path kUser("/userdata");
const Path kUserState("/userdata/state");
const Path kUserDistrict("/userdata/district");
const Path kDialcode("/dialcodedata");
const Path kContent("/contentdata");
const Path kCollection("/collectiondata");
const Path kL2("/l2data");
const Path kLocation("/derivedlocationdata");
const Path kDeviceFlag("/flags/device_denorm");
const Path kUserFlag("/flags/user_denorm");
const Path kDialcodeFlag("/flags/dialcode_denorm");
const Path kContentFlag("/flags/content_denorm");
const Path kCollectionFlag("/flags/coll_denorm");
const Path kL2Flag("/flags/l2_denorm");
const Path kLocationFlag("/flags/loc_denorm");

void SetFlag(Document& doc, const Path& flag, bool value) {
  doc.ForceObject(kFlags);
  doc.SetBool(flag, value);
}

/// New members win over those that are there; the others stay.
void Merge(Document& doc, const Path& path, const ReferenceRecord& record) {
  if (!doc.Read(path).IsObject()) {
    doc.SetJson(path, record.json);
    return;
  }
  for (const Enrichment& member : record.members) {
    if (member.json == "null") {
      doc.Remove(*member.path);
    } else {
      doc.SetJson(*member.path, member.json);
    }
  }
}

struct Location {
  std::string_view state;
  Value district;
  const char* from;
};

std::optional<Location> LocationOf(const Document& doc) {
  if (doc.Read(kUser).IsObject()) {
    if (const auto state = doc.ReadString(kUserState)) {
      const Value district = doc.Read(kUserDistrict);
      return Location{*state, district.IsString() ? district : Value(), "user-profile"};
    }
  }
  if (!doc.Read(kDevice).IsObject()) return std::nullopt;
  const auto declared = doc.ReadString(kDeclaredState);
  // The district is taken over whatever it is.
  if (declared && !declared->empty())
    return Location{*declared, doc.Read(kDeclaredDistrict), "user-declared"};
  const auto state = doc.ReadString(kDeviceState);
  if (!state) return std::nullopt;
  const Value district = doc.Read(kDeviceDistrict);
  return Location{*state, district.IsString() ? district : Value(), "ip-resolved"};
}

}  // namespace

void ClampEts(Document& doc, std::int64_t now_ms) {
  const std::int64_t last = now_ms - now_ms % kDayMs + kDayMs - 1;
  if (doc.Read(kEts).AsInt64() > last) doc.SetInt(kEts, last);
}

void AddDevice(Document& doc, const ReferenceRecord& device) {
  if (!device.empty) doc.SetJson(kDevice, device.json);
  SetFlag(doc, kDeviceFlag, !device.empty);
}

void AddUser(Document& doc, const ReferenceRecord& user) {
  Merge(doc, kUser, user);
  SetFlag(doc, kUserFlag, user.members.size() > kDefaultMembers);
}

void AddDialcode(Document& doc, const ReferenceRecord& dialcode) {
  if (!dialcode.empty) doc.SetJson(kDialcode, dialcode.json);
  SetFlag(doc, kDialcodeFlag, !dialcode.empty);
}

void AddContent(Document& doc, const ReferenceRecord& content) {
  if (!content.empty) Merge(doc, kContent, content);
  SetFlag(doc, kContentFlag, !content.empty);
}

void AddCollection(Document& doc, const ReferenceRecord& collection) {
  doc.SetJson(kCollection, collection.empty ? "{}" : collection.json);
  SetFlag(doc, kCollectionFlag, true);
}

void AddL2(Document& doc, const ReferenceRecord& content) {
  doc.SetJson(kL2, content.empty ? "{}" : content.json);
  SetFlag(doc, kL2Flag, true);
}

bool AddLocation(Document& doc) {
  const auto location = LocationOf(doc);
  if (!location) return false;
  std::string json = "{\"state\":";
  AppendJsonString(json, location->state);
  if (location->district.exists()) {
    json.append(",\"district\":");
    doc.AppendTo(json, location->district);
  }
  json.append(",\"from\":\"").append(location->from).append("\"}");
  doc.SetJson(kLocation, json);
  SetFlag(doc, kLocationFlag, true);
  return true;
}

}  // namespace sluice::stages
