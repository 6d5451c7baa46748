#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/lookup_store.h"
#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/assessment/answers.h"
#include "stages/assessment/failed_assessment.h"
#include "stages/check_question_count/total_questions.h"

namespace sluice::stages {

/// Diverts assessments that answer more questions than their content has (assessment-aggregator.md
/// 4.4). The cache is asked for the number first, and the content API where the cache has none.
class CheckQuestionCount final : public Stage {
 public:
  struct Settings {
    FailedAssessments failed;
    CounterId ignored = 0;
    CounterId cache = 0;
    CounterId cache_misses = 0;
    CounterId api = 0;
    CounterId api_failures = 0;
  };
  /// A store, and its name in the configuration.
  struct Reference {
    std::unique_ptr<LookupStore> store;
    std::string name;
  };
  CheckQuestionCount(Settings settings, Reference contents, Reference api)
      : settings_(settings),
        contents_(std::move(contents.store), std::move(contents.name)),
        api_(std::move(api.store), std::move(api.name)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override;
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  struct Assessment {
    Event* event = nullptr;
    std::string_view content;
    std::size_t questions = 0;
    AssessmentFault fault;
  };

  std::int64_t CachedTotal(const LookupReply& reply);
  const ApiTotal& AskedTotal(const LookupReply& reply);
  void JudgeAnswer(Batch& batch, const Assessment& assessment, const LookupReply& reply);
  void Judge(Batch& batch, const Assessment& assessment, std::int64_t total) const;

  Settings settings_;
  Requests<LookupStore, Assessment*> contents_;
  Requests<LookupStore, Assessment*> api_;
  std::vector<Answer> answers_;
  // What was read of the replies in hand, by where their bytes stand.
  std::unordered_map<const void*, std::int64_t> cached_;
  std::unordered_map<const void*, ApiTotal> asked_;
  Arena arena_;
};

StageSpec CheckQuestionCountSpec();

}  // namespace sluice::stages
