#pragma once

#include <vector>

#include "sluice/arena.h"
#include "sluice/cell.h"
#include "stages/assessment/answers.h"

namespace sluice::stages {

/// The answers as the column `question`, a list of the user-defined type of the same name
/// (assessment-aggregator.md 4.5). Fails where a duration is no number that a decimal can be.
AssessmentFault QuestionsCell(const std::vector<Answer>& answers, Arena& arena, Cell& cell);

}  // namespace sluice::stages
