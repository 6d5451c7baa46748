#pragma once

#include <string_view>

#include "sluice/batch.h"

namespace sluice {

/// Sees what becomes of the events of a batch, stage by stage. On the worker's thread.
class StageObserver {
 public:
  virtual ~StageObserver() = default;

  /// The batch as it was read, before the first stage of `pipeline`.
  virtual void Begin(std::string_view pipeline, const Batch& batch) = 0;
  /// Within the stage at work: what it would have written to a store, such as "SET do_1 {}".
  virtual void Wrote(std::string_view store, std::string_view what) = 0;
  /// The same batch as `stage` left it.
  virtual void After(std::string_view stage, const Batch& batch) = 0;
  /// The same batch once every event has ended, and what was diverted is written.
  virtual void End(const Batch& batch) = 0;
};

}  // namespace sluice
