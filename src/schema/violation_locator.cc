#include "schema/violation_locator.h"

#include <algorithm>
#include <utility>

#include "schema/json_pointer.h"
#include "schema/scalar_checks.h"
#include "schema/utf16_order.h"

namespace sluice {
namespace {

using Part = SchemaViolation::Part;

bool Matches(const SchemaNode& schema, Value value) {
  return ViolationLocator::Find(schema, value, 1).empty();
}

std::ptrdiff_t CountMatching(const std::vector<const SchemaNode*>& schemas, Value value) {
  return std::count_if(schemas.begin(), schemas.end(),
                       [value](const SchemaNode* schema) { return Matches(*schema, value); });
}

bool HasRequired(const SchemaNode& schema, Value object) {
  return std::all_of(schema.required.begin(), schema.required.end(),
                     [object](const std::string& name) { return object.Find(name).exists(); });
}

bool HasUndescribed(const SchemaNode& schema, Value object) {
  // patternProperties may describe a name too; then only valijson can tell.
  const bool patterns = std::any_of(
      schema.keywords.begin(), schema.keywords.end(),
      [](const SchemaNode::Keyword& keyword) { return keyword.name == "patternProperties"; });
  if (!schema.closed || patterns) return false;
  for (const Value member : object) {
    if (schema.Property(member.name()) == nullptr) return true;
  }
  return false;
}

}  // namespace

std::vector<LocatedViolation> ViolationLocator::Find(const SchemaNode& root, Value document,
                                                     std::size_t limit) {
  ViolationLocator locator(limit);
  locator.VisitRoot(root, document);
  return std::move(locator.found_);
}

void ViolationLocator::VisitRoot(const SchemaNode& root, Value document) {
  for (const SchemaNode* branch : root.all_of) {
    part_ = branch == root.all_of.front() ? Part::kCommon : Part::kOwn;
    Visit(*branch, document);
  }
  part_ = Part::kRoot;
  if (!CheckOwnKeywords(root, document)) return;
  VisitMembers(root, document);
  if (root.items != nullptr) VisitItems(*root.items, document);
}

bool ViolationLocator::Visit(const SchemaNode& schema, Value value) {
  if (full()) return true;
  if (!CheckOwnKeywords(schema, value) || !VisitBranches(schema, value)) return false;
  const bool members = VisitMembers(schema, value);
  return (schema.items == nullptr || VisitItems(*schema.items, value)) && members;
}

bool ViolationLocator::VisitBranches(const SchemaNode& schema, Value value) {
  bool valid = true;
  for (const SchemaNode* branch : schema.all_of) valid &= Visit(*branch, value);
  return valid;
}

bool ViolationLocator::VisitMembers(const SchemaNode& schema, Value object) {
  std::vector<std::pair<Value, const SchemaNode*>> members;
  for (const Value member : object.IsObject() ? object : Value()) {
    const SchemaNode* described = schema.Property(member.name());
    if (described == nullptr) described = schema.additional;
    if (described != nullptr) members.emplace_back(member, described);
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return Utf16Less(a.first.name(), b.first.name()); });
  bool valid = true;
  const std::size_t length = pointer_.size();
  for (const auto& [member, described] : members) {
    AppendToPointer(pointer_, member.name());
    valid &= Visit(*described, member);
    pointer_.resize(length);
  }
  return valid;
}

bool ViolationLocator::VisitItems(const SchemaNode& items, Value array) {
  bool valid = true;
  const std::size_t length = pointer_.size();
  std::size_t index = 0;
  for (const Value item : array.IsArray() ? array : Value()) {
    pointer_ += '/' + std::to_string(index++);
    valid &= Visit(items, item);
    pointer_.resize(length);
  }
  return valid;
}

bool ViolationLocator::CheckOwnKeywords(const SchemaNode& schema, Value value) {
  bool valid = true;
  const auto expect = [&](bool passed, const char* keyword) {
    if (!passed) Report(schema, keyword);
    valid &= passed;
  };
  const double number = value.AsDouble();
  const std::uint64_t length = value.IsString() ? CodePoints(value.text()) : 0;
  expect((TypesOf(value) & schema.types) != 0, "type");
  if (schema.values) expect(IsAmong(*schema.values, value), "enum");
  if (value.IsString()) {
    if (schema.min_length) expect(length >= *schema.min_length, "minLength");
    if (schema.max_length) expect(length <= *schema.max_length, "maxLength");
  } else if (value.IsNumber()) {
    const bool above = schema.exclusive_minimum;
    const bool below = schema.exclusive_maximum;
    if (const auto& least = schema.minimum) {
      expect(above ? number > *least : number >= *least, "minimum");
    }
    if (const auto& most = schema.maximum) {
      expect(below ? number < *most : number <= *most, "maximum");
    }
  } else if (value.IsArray()) {
    if (schema.min_items) expect(value.size() >= *schema.min_items, "minItems");
    if (schema.max_items) expect(value.size() <= *schema.max_items, "maxItems");
  } else if (value.IsObject()) {
    expect(HasRequired(schema, value), "required");
    expect(!HasUndescribed(schema, value), "additionalProperties");
  }
  if (!schema.any_of.empty()) expect(CountMatching(schema.any_of, value) > 0, "anyOf");
  if (!schema.one_of.empty()) expect(CountMatching(schema.one_of, value) == 1, "oneOf");
  if (schema.negated != nullptr) expect(!Matches(*schema.negated, value), "not");
  return valid;
}

void ViolationLocator::Report(const SchemaNode& schema, const char* keyword) {
  if (full()) return;
  const bool root_one_of =
      part_ == Part::kRoot && pointer_.empty() && std::string_view(keyword) == "oneOf";
  found_.push_back(
      {{root_one_of ? Part::kOneOf : part_, pointer_, schema.pointer}, std::string(keyword)});
}

}  // namespace sluice
