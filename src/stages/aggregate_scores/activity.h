#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/row_store.h"
#include "stages/assessment/failed_assessment.h"

namespace sluice::stages {

/// What a user's attempts at the contents of a course give (assessment-aggregator.md 7), as values
/// of the columns of the same names.
struct Activity {
  Cell aggregates;
  Cell agg_details;
  Cell agg_last_updated;
};

/// From the rows content_id, attempt_id, last_attempted_on, total_max_score, total_score, in the
/// order of the table: by content, then by attempt. `type` stands in each of the details. The
/// memory is the arena's. Fails where a score is no number that JSON can hold.
AssessmentFault ReadActivity(std::span<const RowReply::Row> rows, std::string_view type,
                             std::int64_t now_ms, Arena& arena, Activity& activity);

/// The instant as Java 11 prints a medium US English date and time in UTC, such as
/// "Sep 19, 2019, 11:15:29 AM".
std::string MediumDateTime(std::int64_t ms);

}  // namespace sluice::stages
