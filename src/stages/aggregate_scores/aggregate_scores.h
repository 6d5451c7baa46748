#pragma once

#include <compare>
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
#include "stages/aggregate_scores/activity.h"
#include "stages/assessment/failed_assessment.h"

namespace sluice::stages {

/// Works out the best scores of each assessment's user in the batch of the course, from the rows of
/// the attempts (assessment-aggregator.md 7). Absolute (docs/adr/0011): the same rows give the
/// same.
///
/// However many assessments of one user there are in a batch, rows are read and scores are written
/// once, and both are counted for each.
class AggregateScores final : public Stage {
 public:
  struct Settings {
    FailedAssessments failed;
    std::string attempts;    ///< Table, with its keyspace.
    std::string activities;  ///< The same.
    std::string type;
    CounterId reads = 0;
    CounterId updates = 0;
  };
  AggregateScores(Settings settings, std::unique_ptr<RowStore> rows, std::string store_name,
                  const Clock& clock);

  Status Probe() override { return requests_.Ping(); }
  Status Finish(Batch& batch) override;
  void Cancel() override { requests_.Cancel(); }

 private:
  struct LearnerKey {
    std::string_view user;
    std::string_view course;
    std::string_view batch;
    friend auto operator<=>(const LearnerKey&, const LearnerKey&) = default;
  };
  struct Learner {
    std::vector<Event*> assessments;
    bool attempted = false;  ///< There are rows.
    Activity activity;
    AssessmentFault fault;
  };
  using Learners = std::map<LearnerKey, Learner>;
  using Entry = Learners::value_type;

  void Collect(Batch& batch);
  Status Read(Arena& arena);
  Status Write(Arena& arena);
  void Conclude(Batch& batch) const;
  [[nodiscard]] RowRequest ReadOf(const LearnerKey& key, Arena& arena) const;
  [[nodiscard]] RowRequest WriteOf(const Entry& entry, Arena& arena) const;

  Settings settings_;
  StatementId read_;
  StatementId write_;
  Requests<RowStore, Entry*> requests_;
  const Clock& clock_;
  Learners learners_;  ///< Of the batch in hand.
};

StageSpec AggregateScoresSpec();

}  // namespace sluice::stages
