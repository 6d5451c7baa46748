#include "stages/denormalize/device_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "codec/text.h"
#include "sluice/document.h"

namespace sluice::stages {
namespace {

struct Text {
  std::string_view name;   ///< Of the member.
  std::string_view field;  ///< Of the hash.
};

constexpr std::array<Text, 8> kTexts = {{{"countrycode", "country_code"},
                                         {"country", "country"},
                                         {"statecode", "state_code"},
                                         {"state", "state"},
                                         {"city", "city"},
                                         {"statecustomcode", "state_code_custom"},
                                         {"statecustomname", "state_custom"},
                                         {"districtcustom", "district_custom"}}};
constexpr std::array<std::string_view, 4> kOthers = {
    "user_declared_state", "user_declared_district", "devicespec", "firstaccess"};

/// Java's Long.parseLong; 0 for what it refuses.
std::int64_t WholeNumber(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// What holds an array or object is taken as it stands: these fields are strings.
std::string TextOf(std::string_view value) {
  return HeldJson(value) ? ReplaceIllFormed(value) : PlainText(value);
}

void AppendText(std::string& json, std::string_view name, const std::string& text) {
  AppendJsonString(json, name);
  json.push_back(':');
  AppendJsonString(json, text);
  json.push_back(',');
}

bool IsEmpty(const LookupReply& device) {
  const auto found = [&](std::string_view field) { return !FieldOf(device, field).empty(); };
  return std::ranges::none_of(kTexts, found, &Text::field) && std::ranges::none_of(kOthers, found);
}

}  // namespace

ReferenceRecord ReadDevice(const LookupReply& device, Arena& arena) {
  ReferenceRecord record;
  if (IsEmpty(device)) return record;
  record.empty = false;
  std::string json = "{";
  for (const Text& text : kTexts) {
    AppendText(json, text.name, TextOf(FieldOf(device, text.field)));
  }
  const std::string_view state_code = FieldOf(device, "state_code");
  AppendText(json, "iso3166statecode", state_code.empty() ? "" : "IN-" + TextOf(state_code));
  const std::optional<std::string> spec = HeldJson(FieldOf(device, "devicespec"));
  json.append("\"devicespec\":").append(spec && spec->starts_with('{') ? *spec : "{}");
  json.append(",\"firstaccess\":")
      .append(std::to_string(WholeNumber(TextOf(FieldOf(device, "firstaccess")))));
  json.append(",\"userdeclared\":{");
  AppendText(json, "state", TextOf(FieldOf(device, "user_declared_state")));
  AppendText(json, "district", TextOf(FieldOf(device, "user_declared_district")));
  json.back() = '}';
  json.push_back('}');
  record.json = arena.Copy(json);
  return record;
}

}  // namespace sluice::stages
