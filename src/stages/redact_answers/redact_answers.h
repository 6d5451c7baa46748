#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/arena.h"
#include "sluice/lookup_store.h"
#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Empties the answers to questions of the type Registration, which are personal data, and emits
/// the whole event to a topic of its own before (telemetry-extractor.md B.5).
///
/// A question without a type, or that nobody knows, is a miss: the event goes on as it is (B-9).
class RedactAnswers final : public Stage {
 public:
  struct Settings {
    std::vector<Path::Name> events;  ///< The eids, exactly.
    TopicId copy_to = 0;
    CounterId skipped = 0;
    CounterId misses = 0;
    CounterId hits = 0;
  };
  /// `store_name` is its name in the configuration, for errors.
  RedactAnswers(Settings settings, std::unique_ptr<LookupStore> store, std::string store_name)
      : settings_(std::move(settings)), lookups_(std::move(store), std::move(store_name)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override { return lookups_.Ping(); }
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override { lookups_.Cancel(); }

 private:
  enum class Question : std::uint8_t { kUnknown, kOrdinary, kRegistration };

  [[nodiscard]] bool IsConcerned(const Event& event) const;
  Question QuestionOf(const LookupReply& reply);
  Question Classify(std::string_view text);
  void Apply(Batch& batch, Event& event, Question question) const;

  Settings settings_;
  /// Every event concerned is an entry; one without a question's id asks for nothing.
  Requests<LookupStore, Event*> lookups_;
  /// Equal lookups share their bytes, so that each text is read once a batch.
  std::unordered_map<const char*, Question> known_;
  Arena arena_;
};

StageSpec RedactAnswersSpec();

}  // namespace sluice::stages
