#include "stages/aggregate_scores/aggregate_scores.h"

#include <utility>

#include "stages/rows/bind.h"
#include "util/fault_point.h"

namespace sluice::stages {
namespace {

const Path kUser("/userId");
const Path kCourse("/courseId");
const Path kBatch("/batchId");

}  // namespace

AggregateScores::AggregateScores(Settings settings, std::unique_ptr<RowStore> rows,
                                 std::string store_name, const Clock& clock)
    : settings_(std::move(settings)),
      read_(rows->Prepare("SELECT content_id, attempt_id, last_attempted_on, total_max_score, "
                          "total_score AS score FROM " +
                          settings_.attempts +
                          " WHERE course_id = ? AND batch_id = ? AND user_id = ?")),
      write_(rows->Prepare("UPDATE " + settings_.activities +
                           " SET aggregates = aggregates + ?, agg_details = ?, "
                           "agg_last_updated = agg_last_updated + ? WHERE activity_id = ? AND "
                           "activity_type = 'Course' AND context_id = ? AND user_id = ?")),
      requests_(std::move(rows), std::move(store_name)),
      clock_(clock) {}

Status AggregateScores::Finish(Batch& batch) {
  Collect(batch);
  SLUICE_TRY(Read(batch.arena()));
  SLUICE_TRY(Write(batch.arena()));
  Conclude(batch);
  return Ok();
}

void AggregateScores::Collect(Batch& batch) {
  learners_.clear();
  for (Event& event : batch.events()) {
    if (!event.active() || !event.readable()) continue;
    AssessmentFault fault;
    const LearnerKey key{.user = RequireText(event, kUser, batch.arena(), fault),
                         .course = RequireText(event, kCourse, batch.arena(), fault),
                         .batch = RequireText(event, kBatch, batch.arena(), fault)};
    if (fault) {
      settings_.failed.Take(batch, event, fault);
    } else {
      learners_[key].assessments.push_back(&event);
    }
  }
}

Status AggregateScores::Read(Arena& arena) {
  for (Entry& entry : learners_) requests_.Add(ReadOf(entry.first, arena), &entry);
  SLUICE_TRY(requests_.Send());
  const auto answers = requests_.Receive();
  if (!answers) return answers.error();
  const std::int64_t now = clock_.NowMs();
  for (const auto [entry, reply] : answers.value()) {
    Learner& learner = entry->second;
    learner.attempted = !reply->rows.empty();
    learner.fault = RefusalIn(*reply, arena);
    if (!learner.attempted) continue;
    learner.fault = ReadActivity(reply->rows, settings_.type, now, arena, learner.activity);
  }
  return Ok();
}

Status AggregateScores::Write(Arena& arena) {
  for (Entry& entry : learners_) {
    const Learner& learner = entry.second;
    if (learner.attempted && !learner.fault) requests_.Add(WriteOf(entry, arena), &entry);
  }
  SLUICE_TRY(requests_.Send());
  const auto answers = requests_.Receive();
  if (!answers) return answers.error();
  for (const auto [entry, reply] : answers.value()) entry->second.fault = RefusalIn(*reply, arena);
  FaultPoint("scores_aggregated");
  return Ok();
}

void AggregateScores::Conclude(Batch& batch) const {
  for (const auto& [key, learner] : learners_) {
    for (Event* event : learner.assessments) {
      batch.Count(settings_.reads);
      if (learner.fault) {
        settings_.failed.Take(batch, *event, learner.fault);
      } else if (learner.attempted) {
        batch.Count(settings_.updates);
      }
    }
  }
}

RowRequest AggregateScores::ReadOf(const LearnerKey& key, Arena& arena) const {
  return Bind(read_, {Cell::Text(key.course), Cell::Text(key.batch), Cell::Text(key.user)}, arena);
}

RowRequest AggregateScores::WriteOf(const Entry& entry, Arena& arena) const {
  const auto& [key, learner] = entry;
  const Activity& activity = learner.activity;
  const std::string context = "cb:" + std::string(key.batch);
  return Bind(write_,
              {activity.aggregates, activity.agg_details, activity.agg_last_updated,
               Cell::Text(key.course), Cell::Text(arena.Copy(context)), Cell::Text(key.user)},
              arena);
}

namespace {

Result<std::unique_ptr<Stage>> Build(const ConfigNode& node, Resources& resources) {
  auto failed = FailedAssessmentsOf(node, resources);
  if (!failed) return std::move(failed).error();
  auto rows = resources.Rows(node.String("rows"));
  if (!rows) return std::move(rows).error();
  const std::string keyspace = node.String("keyspace") + '.';
  AggregateScores::Settings settings{.failed = failed.value(),
                                     .attempts = keyspace + node.String("table"),
                                     .activities = keyspace + node.String("activity_table"),
                                     .type = node.String("type"),
                                     .reads = resources.Counter("db-score-read-count"),
                                     .updates = resources.Counter("db-score-update-count")};
  return std::unique_ptr<Stage>(new AggregateScores(std::move(settings), std::move(rows).value(),
                                                    node.String("rows"), resources.clock()));
}

}  // namespace

StageSpec AggregateScoresSpec() {
  StageSpec spec;
  spec.name = "aggregate_scores";
  spec.summary =
      "Works out the best scores of an assessment's user in the batch of the course from the "
      "stored "
      "attempts, and stores them.";
  spec.fields = {{.name = "rows",
                  .type = FieldType::kStore,
                  .description = "Store that holds the tables of attempts and of activities.",
                  .required = true},
                 KeyspaceField(),
                 TableNameField("table", "Table of attempts.", "assessment_aggregator"),
                 TableNameField("activity_table", "Table of activities, which takes the scores.",
                                "user_activity_agg"),
                 {.name = "type",
                  .type = FieldType::kString,
                  .description = "What type is in the details of each attempt.",
                  .default_value = "attempt_metrics"},
                 FailedAssessmentsField()};
  spec.example = "aggregate_scores: { rows: lms, keyspace: sunbird_courses }\n";
  spec.reasons = {assessment::kMissingMember, assessment::kMemberNoString, "malformed_score",
                  assessment::kRefusedByStore};
  spec.validate = [](const ConfigNode& node) {
    return CheckNames(node, {"keyspace", "table", "activity_table"});
  };
  spec.build = Build;
  return spec;
}

}  // namespace sluice::stages
