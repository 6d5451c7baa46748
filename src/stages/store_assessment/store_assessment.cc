#include "stages/store_assessment/store_assessment.h"

#include <utility>

#include "stages/store_assessment/question_cells.h"
#include "util/fault_point.h"

namespace sluice::stages {
namespace {

const Path kAssessmentTs("/assessmentTs");
const Path kUser("/userId");
const Path kCourse("/courseId");
const Path kBatch("/batchId");
const Path kContent("/contentId");
const Path kAttempt("/attemptId");

constexpr const char* kJob = "assessment-aggregator";
constexpr std::string_view kCreatedOutcome = "created";
constexpr std::string_view kUpdatedOutcome = "updated";

AttemptKey KeyOf(const Event& event, Arena& arena, AssessmentFault& fault) {
  return {.user = RequireText(event, kUser, arena, fault),
          .course = RequireText(event, kCourse, arena, fault),
          .batch = RequireText(event, kBatch, arena, fault),
          .content = RequireText(event, kContent, arena, fault),
          .attempt = RequireText(event, kAttempt, arena, fault)};
}

}  // namespace

StoreAssessment::StoreAssessment(const Settings& settings, std::unique_ptr<RowStore> rows,
                                 std::string store_name, const Clock& clock)
    : settings_(settings),
      table_(*rows, settings.keyspace + '.' + settings.table),
      marks_(*rows, settings.keyspace, kJob, settings.marks),
      requests_(std::move(rows), std::move(store_name)),
      clock_(clock) {}

Status StoreAssessment::Finish(Batch& batch) {
  rows_.clear();
  assessments_.clear();
  for (Event& event : batch.events()) {
    if (event.active() && event.readable()) Examine(batch, event);
  }
  SLUICE_TRY(Read(batch.arena()));
  const std::int64_t now = clock_.NowMs();
  for (Assessment& assessment : assessments_) Decide(batch, assessment, now);
  SLUICE_TRY(WriteMarks(batch.arena()));
  SLUICE_TRY(WriteRows(batch.arena()));
  Conclude(batch);
  return Ok();
}

void StoreAssessment::Examine(Batch& batch, Event& event) {
  if (!HasAnswers(event.doc())) {
    batch.Count(settings_.recomputed);
    return;
  }
  Assessment assessment;
  AssessmentFault fault = Score(event, batch.arena(), assessment.values);
  const AttemptKey key = KeyOf(event, batch.arena(), fault);
  if (fault) {
    settings_.failed.Take(batch, event, fault);
    return;
  }
  const auto row = rows_.try_emplace(key).first;
  assessment.event = &event;
  assessment.key = &row->first;
  assessment.row = &row->second;
  assessment.position = batch.arena().Copy(event.position().ToString());
  assessments_.push_back(assessment);
}

AssessmentFault StoreAssessment::Score(Event& event, Arena& arena, AttemptRow& values) {
  if (const auto fault = ReadAnswers(event.doc(), arena, answers_)) return fault;
  if (const auto fault = QuestionsCell(answers_, arena, values.questions)) return fault;
  const AssessmentScore score = ScoreOf(answers_);
  values.total_score = score.total;
  values.total_max_score = score.max;
  values.grand_total = arena.Copy(score.text);
  return {};
}

Status StoreAssessment::Read(Arena& arena) {
  for (auto& [key, row] : rows_) requests_.Add(table_.Read(key, arena), {.row = &row});
  for (Assessment& assessment : assessments_) {
    requests_.Add(marks_.Read(assessment.position, arena), {.assessment = &assessment});
  }
  SLUICE_TRY(requests_.Send());
  const auto answers = requests_.Receive();
  if (!answers) return answers.error();
  for (const auto [purpose, reply] : answers.value()) {
    if (purpose.row != nullptr) {
      purpose.row->fault = RefusalIn(*reply, arena);
      purpose.row->stored = AttemptTable::StoredIn(*reply);
    } else if (const auto outcome = DecisionMarks::OutcomeOf(*reply)) {
      purpose.assessment->marked =
          *outcome == kCreatedOutcome ? Decision::kCreated : Decision::kUpdated;
    }
  }
  return Ok();
}

void StoreAssessment::Decide(Batch& batch, Assessment& assessment, std::int64_t now) const {
  Event& event = *assessment.event;
  Row& row = *assessment.row;
  if (row.fault) {
    settings_.failed.Take(batch, event, row.fault);
    return;
  }
  // A replay counts as the first run did, which may have found no row.
  const Decision decision = assessment.marked != Decision::kNone ? assessment.marked
                            : row.stored.exists                  ? Decision::kUpdated
                                                                 : Decision::kCreated;
  if (decision == Decision::kUpdated) batch.Count(settings_.reads);
  const Value given = event.doc().Read(kAssessmentTs);
  const auto time = ReadMilliseconds(given);
  if (!time) {
    settings_.failed.Take(batch, event,
                          given.exists()
                              ? AssessmentFault{"malformed_time", "assessmentTs is no number"}
                              : AssessmentFault{assessment::kMissingMember, assessment::kNoneGet});
    return;
  }
  const auto& last = row.stored.last_attempted_on;
  const bool newer = !last || *time > *last;
  if (!newer && assessment.marked == Decision::kNone) {
    event.Drop("older_attempt");
    batch.Count(settings_.skipped);
    return;
  }
  assessment.decided = decision;
  if (!newer) return;
  row.stored = {
      .exists = true, .created_on = row.stored.created_on.value_or(now), .last_attempted_on = time};
  assessment.values.created_on = *row.stored.created_on;
  assessment.values.updated_on = now;
  assessment.values.last_attempted_on = *time;
  row.newest = &assessment;
}

Status StoreAssessment::WriteMarks(Arena& arena) {
  for (Assessment& assessment : assessments_) {
    if (assessment.decided == Decision::kNone || assessment.marked != Decision::kNone) continue;
    const bool created = assessment.decided == Decision::kCreated;
    requests_.Add(
        marks_.Write(assessment.position, created ? kCreatedOutcome : kUpdatedOutcome, arena),
        {.assessment = &assessment});
  }
  SLUICE_TRY(requests_.Send());
  const auto answers = requests_.Receive();
  if (!answers) return answers.error();
  for (const auto [purpose, reply] : answers.value()) {
    if (reply->state != RowReply::State::kRefused) continue;
    // Not about the event: nothing of it but its position is in a mark.
    return Error{ErrorKind::kUnavailable, "a mark is refused: " + std::string(reply->detail)};
  }
  return Ok();
}

Status StoreAssessment::WriteRows(Arena& arena) {
  for (auto& [key, row] : rows_) {
    if (row.newest == nullptr) continue;
    requests_.Add(table_.Write(key, row.newest->values, arena), {.row = &row});
  }
  FaultPoint("assessments_marked");
  SLUICE_TRY(requests_.Send());
  const auto answers = requests_.Receive();
  if (!answers) return answers.error();
  for (const auto [purpose, reply] : answers.value()) purpose.row->fault = RefusalIn(*reply, arena);
  FaultPoint("assessments_stored");
  return Ok();
}

void StoreAssessment::Conclude(Batch& batch) const {
  for (const Assessment& assessment : assessments_) {
    if (assessment.decided == Decision::kNone) continue;
    if (assessment.row->fault) {
      settings_.failed.Take(batch, *assessment.event, assessment.row->fault);
      continue;
    }
    batch.Count(settings_.updates);
    batch.Count(settings_.stored);
  }
}

namespace {

Result<std::unique_ptr<Stage>> Build(const ConfigNode& node, Resources& resources) {
  auto failed = FailedAssessmentsOf(node, resources);
  if (!failed) return std::move(failed).error();
  auto rows = resources.Rows(node.String("rows"));
  if (!rows) return std::move(rows).error();
  const StoreAssessment::Settings settings{
      .failed = failed.value(),
      .keyspace = node.String("keyspace"),
      .table = node.String("table"),
      .marks = std::chrono::duration_cast<std::chrono::seconds>(node.Duration("marks")),
      .recomputed = resources.Counter("recompute-agg-event-count"),
      .reads = resources.Counter("db-read-count"),
      .updates = resources.Counter("db-update-count"),
      .stored = resources.Counter("batch-success-event-count"),
      .skipped = resources.Counter("skipped-event-count")};
  return std::unique_ptr<Stage>(new StoreAssessment(settings, std::move(rows).value(),
                                                    node.String("rows"), resources.clock()));
}

}  // namespace

StageSpec StoreAssessmentSpec() {
  StageSpec spec;
  spec.name = "store_assessment";
  spec.summary =
      "Scores assessments and stores each attempt in Cassandra, unless one as new is there "
      "already; "
      "an event without answers passes, for its user's scores to be worked out again.";
  spec.fields = {{.name = "rows",
                  .type = FieldType::kStore,
                  .description = "Store that holds the tables of attempts and of marks.",
                  .required = true},
                 KeyspaceField(),
                 TableNameField("table", "Table of attempts.", "assessment_aggregator"),
                 MarksField(),
                 FailedAssessmentsField()};
  spec.example = "store_assessment: { rows: lms, keyspace: sunbird_courses }\n";
  spec.reasons = {assessment::kMissingMember,   assessment::kMemberNoString,
                  assessment::kMalformedEvents, "malformed_time",
                  assessment::kRefusedByStore,  "older_attempt"};
  spec.validate = [](const ConfigNode& node) { return CheckNames(node, {"keyspace", "table"}); };
  spec.build = Build;
  return spec;
}

}  // namespace sluice::stages
