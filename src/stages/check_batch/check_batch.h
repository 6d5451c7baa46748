#pragma once

#include <cstddef>

#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/check_batch/batch_form.h"

namespace sluice::stages {

/// Diverts records that are no batch of events, and marks batches of which not all can be
/// extracted, so that their key is not claimed (telemetry-extractor.md B.3, B-3).
///
/// What is wrong with a batch beyond its `params` is left to extract_events: where another batch
/// has its key, it is a duplicate whatever else it is.
class CheckBatch final : public Stage {
 public:
  struct Settings {
    FailedBatches failed;
    std::size_t max_events = 0;
    CounterId unique = 0;
  };
  explicit CheckBatch(Settings settings) : settings_(settings) {}

  Status Finish(Batch& batch) override;

 private:
  void Check(Batch& batch, Event& event) const;

  Settings settings_;
};

StageSpec CheckBatchSpec();

}  // namespace sluice::stages
