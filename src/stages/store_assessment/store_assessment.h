#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/clock.h"
#include "sluice/requests.h"
#include "sluice/row_store.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/assessment/answers.h"
#include "stages/assessment/failed_assessment.h"
#include "stages/rows/decision_marks.h"
#include "stages/store_assessment/attempt_table.h"

namespace sluice::stages {

/// Scores assessments and stores the row of the attempt, unless a newer one is there
/// (assessment-aggregator.md 4). Those that were not stored end here; events without answers pass.
///
/// Replay (docs/adr/0011, "marked before the effect"): that an assessment is stored is marked
/// before the row is written. A replay finds the mark and goes on as it did, and leaves a row alone
/// that is as new. Rows never go back, so that what was refused as older is refused again without a
/// mark.
///
/// A row that the store refuses takes all assessments of it in the batch to the side output: such
/// refusals are about the key.
class StoreAssessment final : public Stage {
 public:
  struct Settings {
    FailedAssessments failed;
    std::string keyspace;
    std::string table;
    std::chrono::seconds marks;
    CounterId recomputed = 0;
    CounterId reads = 0;
    CounterId updates = 0;
    CounterId stored = 0;
    CounterId skipped = 0;
  };
  StoreAssessment(const Settings& settings, std::unique_ptr<RowStore> rows, std::string store_name,
                  const Clock& clock);

  Status Probe() override { return requests_.Ping(); }
  Status Finish(Batch& batch) override;
  void Cancel() override { requests_.Cancel(); }

 private:
  struct Assessment;
  /// A row as it stands after the assessments so far.
  struct Row {
    StoredAttempt stored;
    const Assessment* newest = nullptr;  ///< The one to be written, if any.
    AssessmentFault fault;
  };
  enum class Decision : std::uint8_t { kNone, kCreated, kUpdated };
  struct Assessment {
    Event* event = nullptr;
    const AttemptKey* key = nullptr;
    Row* row = nullptr;
    AttemptRow values;
    std::string_view position;
    Decision marked = Decision::kNone;   ///< By an earlier run.
    Decision decided = Decision::kNone;  ///< kNone: not stored.
  };
  /// What a request is for: one of the two.
  struct Purpose {
    Row* row = nullptr;
    Assessment* assessment = nullptr;
  };

  void Examine(Batch& batch, Event& event);
  AssessmentFault Score(Event& event, Arena& arena, AttemptRow& values);
  Status Read(Arena& arena);
  void Decide(Batch& batch, Assessment& assessment, std::int64_t now) const;
  Status WriteMarks(Arena& arena);
  Status WriteRows(Arena& arena);
  void Conclude(Batch& batch) const;

  Settings settings_;
  AttemptTable table_;
  DecisionMarks marks_;
  Requests<RowStore, Purpose> requests_;
  const Clock& clock_;
  // Of the batch in hand.
  std::map<AttemptKey, Row> rows_;
  std::vector<Assessment> assessments_;
  std::vector<Answer> answers_;
};

StageSpec StoreAssessmentSpec();

}  // namespace sluice::stages
