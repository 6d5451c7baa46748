#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine_access.h"
#include "engine/ledger.h"
#include "engine/stage_observer.h"
#include "sluice/batch.h"
#include "sluice/metrics.h"
#include "sluice/result.h"
#include "sluice/stage.h"

namespace sluice {

/// A stage and the name that it has in metrics, headers and errors.
struct NamedStage {
  std::string name;
  std::unique_ptr<Stage> stage;
  Histogram* duration = nullptr;  ///< Seconds per batch; may be nullptr.
};

/// A batch and how far it has come.
struct BatchRun {
  Batch batch;
  std::size_t next_stage = 0;
  bool started = false;  ///< next_stage has sent its requests.

  void Reset() {
    EngineAccess::Reset(batch);
    next_stage = 0;
    started = false;
  }
};

/// The ordered stages of one worker. Counts and times them, so that no stage does it itself.
class Pipeline {
 public:
  /// `observer` may be nullptr.
  explicit Pipeline(std::vector<NamedStage> stages, std::string name = {},
                    StageObserver* observer = nullptr)
      : stages_(std::move(stages)), name_(std::move(name)), observer_(observer) {}

  enum class Progress { kWaiting, kDone };

  /// Takes a batch on from where it stands: to the next stage that has to wait for replies, which
  /// has then sent its requests, or to the end. Batches must be advanced in the order of their
  /// start.
  Result<Progress> Advance(BatchRun& run, TransactionStats& stats);

  /// All events of a batch have ended.
  void Ended(const Batch& batch) {
    if (observer_ != nullptr) observer_->End(batch);
  }

  /// Asks every stage whether its outside systems are there (Stage::Probe).
  Status Probe();

  /// Forgets all batches that are under way.
  void Cancel();

  [[nodiscard]] const std::vector<NamedStage>& stages() const { return stages_; }

 private:
  Status FinishStage(BatchRun& run, TransactionStats& stats);

  std::vector<NamedStage> stages_;
  const std::string name_;
  StageObserver* const observer_;
  std::vector<Event::State> before_;
};

}  // namespace sluice
