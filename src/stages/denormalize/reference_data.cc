#include "stages/denormalize/reference_data.h"

#include <algorithm>

#include "codec/lenient_json.h"
#include "codec/text.h"
#include "sluice/document.h"
#include "stages/denormalize/cached_date.h"

namespace sluice::stages {
namespace {

/// As the event names it: lower case, without "_".
std::string EventName(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  return out;
}

const WantedField* FindWanted(std::span<const WantedField> wanted, std::string_view name) {
  const auto at = std::ranges::find(wanted, name, &WantedField::name);
  return at == wanted.end() ? nullptr : &*at;
}

std::string_view LastName(const Path& path) { return path.names().back().text; }

/// What String.trim takes away is all that is not above the blank.
std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<WantedField> Wanted(std::string_view parent, std::span<const std::string_view> names,
                                std::span<const std::string_view> dates) {
  std::vector<WantedField> wanted;
  for (const std::string_view name : names) {
    const bool date = std::ranges::find(dates, name) != dates.end();
    wanted.push_back({name, Path("/" + std::string(parent) + "/" + EventName(name)), date});
  }
  return wanted;
}

bool ReadText(std::string_view text, std::span<const WantedField> wanted, Arena& arena,
              ReferenceRecord& record) {
  Document cached;
  if (!ReadCachedRecord(text, arena, cached)) return false;
  std::string json = "{";
  std::string value_json;
  for (const Value value : cached.root()) {
    const WantedField* field = FindWanted(wanted, value.name());
    if (field == nullptr || (value.IsString() && value.text().empty())) continue;
    value_json.clear();
    if (field->date && value.IsString()) {
      value_json = std::to_string(CachedDateMs(value.text()));
    } else {
      cached.AppendTo(value_json, value);
    }
    record.empty = false;
    record.members.push_back({&field->path, arena.Copy(value_json)});
    if (value.IsNull()) continue;
    if (json.size() > 1) json.push_back(',');
    AppendJsonString(json, LastName(field->path));
    json.push_back(':');
    json.append(value_json);
  }
  json.push_back('}');
  record.json = arena.Copy(json);
  return true;
}

std::optional<std::string> HeldJson(std::string_view value) {
  const std::string_view trimmed = Trim(value);
  if (!trimmed.starts_with('[') && !trimmed.starts_with('{')) return std::nullopt;
  return StrictJsonOf(trimmed);
}

std::string PlainText(std::string_view value) {
  std::string text = ReplaceIllFormed(value);
  std::erase(text, '\\');
  return text;
}

std::string_view FieldOf(const LookupReply& reply, std::string_view name) {
  const auto at = std::ranges::find(reply.fields, name, &LookupField::name);
  return at == reply.fields.end() ? std::string_view() : at->value;
}

}  // namespace sluice::stages
