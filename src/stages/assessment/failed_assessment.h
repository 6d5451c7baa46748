#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "sluice/batch.h"
#include "sluice/resources.h"
#include "sluice/row_store.h"
#include "sluice/spec.h"

namespace sluice::stages {

/// Why an assessment can't be processed; false if it can. The message is a literal or the batch's.
struct AssessmentFault {
  Reason reason = nullptr;
  std::string_view message = {};
  explicit operator bool() const { return reason != nullptr; }
};

/// Reason codes that several stages of the assessments use.
namespace assessment {
inline constexpr Reason kMissingMember = "missing_member";
inline constexpr Reason kMemberNoString = "member_no_string";
inline constexpr Reason kMalformedEvents = "malformed_events";
inline constexpr Reason kRefusedByStore = "refused_by_store";
/// What the original says of any member that is missing.
inline constexpr std::string_view kNoneGet = "None.get";
}  // namespace assessment

/// The string at `path`, which the original insists on: where it is missing or null, or no string,
/// `fault` says so, unless it holds an earlier fault.
std::string_view RequireText(const Event& event, const Path& path, Arena& arena,
                             AssessmentFault& fault);

/// What a store says of data that it refuses; no fault where it doesn't.
AssessmentFault RefusalIn(const RowReply& reply, Arena& arena);

/// Where assessments go that can't be processed.
struct FailedAssessments {
  SideOutputId side_output = 0;
  CounterId failed = 0;

  /// Diverts the event with the fault in its metadata (assessment-aggregator.md R4).
  void Take(Batch& batch, Event& event, const AssessmentFault& fault) const;
  /// Diverts the event as it stands, and counts it as `counter`.
  void TakeUnchanged(Batch& batch, Event& event, Reason reason, CounterId counter) const;
};

/// The key `side_output` of a stage, and what it stands for.
FieldSpec FailedAssessmentsField();
Result<FailedAssessments> FailedAssessmentsOf(const ConfigNode& node, Resources& resources);

/// The key `keyspace`, and a key that names a table in it. Both stand in statements as they are.
FieldSpec KeyspaceField();
FieldSpec TableNameField(std::string name, std::string description, std::string default_value);
/// A complaint where one of the keys is not a plain name.
Status CheckNames(const ConfigNode& node, std::initializer_list<std::string_view> keys);

}  // namespace sluice::stages
