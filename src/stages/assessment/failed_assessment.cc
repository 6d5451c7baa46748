#include "stages/assessment/failed_assessment.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::stages {
namespace {

const Path kFlags("/flags");
const Path kMetadata("/metadata");
const Path kValidationError("/metadata/validation_error");
const Path kSource("/metadata/src");

/// The server's limit of a keyspace's and a table's name.
constexpr std::size_t kLongestName = 48;

bool IsPlainName(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789_";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= kLongestName && is_letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) {
           return is_letter(c) || kDigits.find(c) != std::string_view::npos;
         });
}

}  // namespace

std::string_view RequireText(const Event& event, const Path& path, Arena& arena,
                             AssessmentFault& fault) {
  const Value value = event.doc().Read(path);
  if (value.IsString()) return value.text();
  if (fault) return {};
  if (value.exists()) {
    fault = {assessment::kMemberNoString, arena.Copy(path.names().back().text + " is no string")};
  } else {
    fault = {assessment::kMissingMember, assessment::kNoneGet};
  }
  return {};
}

AssessmentFault RefusalIn(const RowReply& reply, Arena& arena) {
  if (reply.state != RowReply::State::kRefused) return {};
  return {assessment::kRefusedByStore, arena.Copy(reply.detail)};
}

void FailedAssessments::Take(Batch& batch, Event& event, const AssessmentFault& fault) const {
  Document& doc = event.edit();
  doc.EnsureObject(kFlags);
  if (doc.EnsureObject(kMetadata)) {
    doc.SetString(kValidationError, fault.message);
    doc.SetString(kSource, "AssessmentAggregator");
  }
  event.Divert(side_output, fault.reason, {.detail = fault.message});
  batch.Count(failed);
}

void FailedAssessments::TakeUnchanged(Batch& batch, Event& event, Reason reason,
                                      CounterId counter) const {
  event.Divert(side_output, reason);
  batch.Count(counter);
}

FieldSpec FailedAssessmentsField() {
  return {.name = "side_output",
          .type = FieldType::kString,
          .description = "Side output that takes what can't be processed.",
          .default_value = "failed"};
}

Result<FailedAssessments> FailedAssessmentsOf(const ConfigNode& node, Resources& resources) {
  auto side_output = resources.SideOutput(node.String("side_output"));
  if (!side_output) return std::move(side_output).error();
  return FailedAssessments{.side_output = side_output.value(),
                           .failed = resources.Counter("failed-event-count")};
}

FieldSpec KeyspaceField() {
  return {.name = "keyspace",
          .type = FieldType::kString,
          .description = "Keyspace of the tables.",
          .default_value = "sunbird_courses"};
}

FieldSpec TableNameField(std::string name, std::string description, std::string default_value) {
  return {.name = std::move(name),
          .type = FieldType::kString,
          .description = std::move(description),
          .default_value = std::move(default_value)};
}

Status CheckNames(const ConfigNode& node, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (IsPlainName(node.String(key))) continue;
    std::string what(key);
    what +=
        " must be a name of letters, digits and _, at most 48 of them, that begins with a "
        "letter";
    return node.Complain(what);
  }
  return Ok();
}

}  // namespace sluice::stages
