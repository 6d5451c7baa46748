#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/document.h"
#include "stages/assessment/failed_assessment.h"

namespace sluice::stages {

/// The answer to one question of an assessment: an element of `events` (assessment-aggregator.md
/// 4.3). Views are the event's or the arena's.
struct Answer {
  std::optional<std::string_view> id;  ///< Of the question, edata.item.id.
  std::optional<std::string_view> type;
  std::optional<std::string_view> title;
  std::optional<std::string_view> description;
  std::int64_t ets = 0;
  double score = 0;
  double max_score = 0;
  double duration = 0;
  Value chosen;  ///< edata.resvalues: an array of objects and nulls, or absent.
  Value params;  ///< edata.item.params, the same.
};

/// False for an event that asks for nothing but its user's scores to be worked out again: without
/// `events`, or with none in it.
bool HasAnswers(const Document& assessment);

/// Reads the answers, one for each question: the latest, of several of the same time the first.
/// They stand in the order in which their questions do first.
AssessmentFault ReadAnswers(const Document& assessment, Arena& arena, std::vector<Answer>& answers);

struct AssessmentScore {
  double total = 0;
  double max = 0;
  std::string text;  ///< "1.5/2.0"
};
AssessmentScore ScoreOf(const std::vector<Answer>& answers);

/// The number at `value`, of which only the whole part counts; nullopt if it is no number.
std::optional<std::int64_t> ReadMilliseconds(Value value);

}  // namespace sluice::stages
