#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/json_reader.h"
#include "stages/apply_rating/apply_rating.h"

namespace sluice::stages {
namespace {

constexpr std::array kNames = {"keyspace", "courses_keyspace", "enrolments", "summary", "lookup"};

std::vector<FieldSpec> Fields() {
  return {{.name = "rows",
           .type = FieldType::kStore,
           .description = "Store with the tables of ratings and enrolments.",
           .required = true},
          {.name = "keyspace",
           .description = "Keyspace of the tables of ratings, and of sluice_marks.",
           .default_value = "sunbird"},
          {.name = "courses_keyspace",
           .description = "Keyspace of the table of enrolments.",
           .default_value = "sunbird_courses"},
          {.name = "enrolments",
           .description = "Table of the enrolments, which is only read.",
           .default_value = "user_enrolments"},
          {.name = "summary",
           .description = "Table with a row of sums, counts and long reviews per activity.",
           .default_value = "ratings_summary"},
          {.name = "lookup",
           .description = "Table with a row per rating.",
           .default_value = "ratings_lookup"},
          {.name = "job",
           .description = "Keeps the marks of several pipelines in one keyspace apart.",
           .default_value = "rating"},
          {.name = "marks",
           .type = FieldType::kDuration,
           .description = "How long it is remembered which events were applied; longer than any "
                          "time between a stop and the start after it.",
           .default_value = "24h",
           .least = 60'000},
          {.name = "side_output",
           .description = "Side output that takes what is refused.",
           .default_value = "failed"}};
}

bool IsPlainName(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, plain);
}

Status Validate(const ConfigNode& node) {
  for (const char* name : kNames) {
    if (IsPlainName(node.String(name))) continue;
    return node.Complain(std::string(name) +
                         " must be a name in small letters, digits and underscores");
  }
  return Ok();
}

}  // namespace

StageSpec ApplyRatingSpec() {
  StageSpec spec;
  spec.name = "apply_rating";
  spec.summary =
      "Keeps the summaries and look-up rows of course ratings; events of one activity must come to "
      "one worker.";
  spec.fields = Fields();
  spec.example = "apply_rating: { rows: ratings, keyspace: sunbird }\n";
  spec.reasons = {rating_reason::kMissingMember,
                  rating_reason::kInvalidRating,
                  rating_reason::kInvalidReview,
                  rating_reason::kInvalidTime,
                  rating_reason::kInvalidPrevious,
                  "not_enrolled",
                  kNothingToChange,
                  "refused_by_store",
                  unreadable::kNullRecord,
                  unreadable::kInvalidJson,
                  unreadable::kNotAnObject,
                  unreadable::kInvalidUtf8,
                  unreadable::kTooDeep,
                  unreadable::kTooMany,
                  unreadable::kNumberRange};
  spec.validate = Validate;
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto failed = resources.SideOutput(node.String("side_output"));
    if (!failed) return std::move(failed).error();
    auto rows = resources.Rows(node.String("rows"));
    if (!rows) return std::move(rows).error();
    ApplyRating::Settings settings{
        .tables = {.keyspace = node.String("keyspace"),
                   .courses_keyspace = node.String("courses_keyspace"),
                   .enrolments = node.String("enrolments"),
                   .summary = node.String("summary"),
                   .lookup = node.String("lookup")},
        .job = node.String("job"),
        .marks = std::chrono::duration_cast<std::chrono::seconds>(node.Duration("marks")),
        .failed = failed.value(),
        .success = resources.Counter("success-event-count"),
        .failure = resources.Counter("failed-event-count"),
        .not_enrolled = resources.Counter("not-enrolled-count"),
        .reads = resources.Counter("db-read-count"),
        .updates = resources.Counter("db-update-count"),
        .out_of_range = resources.Counter("rating-out-of-range-count"),
        .restarted = resources.Counter("review-list-restarted-count")};
    return std::unique_ptr<Stage>(
        new ApplyRating(std::move(settings), std::move(rows).value(), node.String("rows")));
  };
  return spec;
}

}  // namespace sluice::stages
