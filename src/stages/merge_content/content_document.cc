#include "stages/merge_content/content_document.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/lenient_json.h"
#include "sluice/arena.h"
#include "sluice/document.h"

namespace sluice::stages {
namespace {

constexpr std::array<std::string_view, 5> kLists = {"gradeLevel", "subject", "medium", "language",
                                                    "keywords"};
constexpr std::array<std::string_view, 3> kDates = {"lastStatusChangedOn", "lastUpdatedOn",
                                                    "createdOn"};

/// The serialised internals of a list of one string, as the original stores it.
bool IsBrokenList(Value value) {
  return value.IsObject() && value.size() == 2 && value.Find("head").IsString() &&
         value.Find("tl").exists();
}

}  // namespace

bool IsListProperty(std::string_view name) {
  return std::ranges::find(kLists, name) != kLists.end();
}

bool IsDateProperty(std::string_view name) {
  return std::ranges::find(kDates, name) != kDates.end();
}

void ContentDocument::Read(std::string_view text) {
  Arena arena(std::size_t{16} << 10);
  Document document;
  if (!ReadCachedRecord(text, arena, document, LenientNumbers::kAsWritten)) return;
  for (const Value member : document.root()) {
    std::string json;
    if (IsListProperty(member.name()) && IsBrokenList(member)) {
      json = "[";
      AppendJsonString(json, member.Find("head").text());
      json += ']';
    } else {
      document.AppendTo(json, member);
    }
    members_.insert_or_assign(std::string(member.name()), std::move(json));
  }
}

void ContentDocument::Begin() {
  std::erase_if(members_, [](const auto& member) { return member.second == "\"\""; });
}

void ContentDocument::Set(std::string_view name, std::string json) {
  members_.insert_or_assign(std::string(name), std::move(json));
}

bool ContentDocument::End() {
  const bool any = !members_.empty();
  std::erase_if(members_, [](const auto& member) { return member.second == "null"; });
  return any;
}

std::string ContentDocument::Text() const {
  std::string text = "{";
  for (const auto& [name, json] : members_) {
    if (text.size() > 1) text += ',';
    AppendJsonString(text, name);
    text += ':';
    text += json;
  }
  return text += '}';
}

}  // namespace sluice::stages
