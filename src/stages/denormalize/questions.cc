#include "stages/denormalize/questions.h"

#include <algorithm>

#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kDid("/dimensions/did");
const Path kContextDid("/context/did");
const Path kUid("/uid");
const Path kActorId("/actor/id");
const Path kActorType("/actor/type");
const Path kObjectId("/object/id");
const Path kObjectType("/object/type");
const Path kL1("/object/rollup/l1");
const Path kL2("/object/rollup/l2");

using Text = std::optional<std::string_view>;

Text First(const Document& doc, const Path& first, const Path& second) {
  const Text text = doc.ReadString(first);
  return text ? text : doc.ReadString(second);
}

Text NonEmpty(Text text) { return text && !text->empty() ? text : std::nullopt; }

/// Compares lower-case forms, as the original does; `name` is lower-case ASCII.
bool IsLowerCaseOf(std::string_view text, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return std::ranges::equal(text, name, {}, lower);
  }
  return ToLower(text) == name;
}

Text UserOf(const Document& doc, std::string_view eid) {
  const Text id = NonEmpty(First(doc, kUid, kActorId));
  if (!id || EqualsIgnoreCase(*id, "anonymous")) return std::nullopt;
  if (eid == "ME_WORKFLOW_SUMMARY") return id;
  const Text type = doc.ReadString(kActorType);
  return type && EqualsIgnoreCase(*type, "user") ? id : std::nullopt;
}

}  // namespace

Questions QuestionsOf(const Event& event, std::span<const std::string> permit) {
  const Document& doc = event.doc();
  const std::string_view eid = doc.ReadString(kEid).value_or("");
  Questions questions;
  questions.device = NonEmpty(First(doc, kDid, kContextDid));
  questions.user = UserOf(doc, eid);
  const Text object = NonEmpty(doc.ReadString(kObjectId));
  const Text type = NonEmpty(doc.ReadString(kObjectType));
  if (!object || !type) return questions;
  const bool code = IsLowerCaseOf(*type, "dialcode") || IsLowerCaseOf(*type, "qr");
  if (code) questions.dialcode = object;
  const bool excluded = code || IsLowerCaseOf(*type, "user");
  if (excluded && std::ranges::find(permit, eid) == permit.end()) return questions;
  questions.content = object;
  const Text l1 = doc.ReadString(kL1);
  const Text l2 = NonEmpty(doc.ReadString(kL2));
  // Both compare the object with l1: downstream lives with it.
  if (l1 == object) return questions;
  questions.collection = NonEmpty(l1);
  questions.l2 = l2;
  return questions;
}

}  // namespace sluice::stages
