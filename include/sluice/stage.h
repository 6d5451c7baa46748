#pragma once

#include "sluice/batch.h"
#include "sluice/result.h"

namespace sluice {

/// One in-process step of a pipeline. Sees a whole batch: edits the active events, diverts those
/// it refuses, creates new ones.
///
/// Start sends the requests to an outside system (one round trip per batch), Finish uses the
/// replies; a stage that needs none has only Finish. A second batch may be started before the first
/// is finished; they finish in the order in which they started.
///
/// Threading: each worker owns its own instance; no locking needed.
/// Replay: the same positions may come again after an abort, a crash or a time-out, and must have
/// the same outcome (fields set to "now" aside).
class Stage {
 public:
  virtual ~Stage() = default;

  /// True for a stage that waits for replies between Start and Finish.
  [[nodiscard]] virtual bool HasRequests() const { return false; }

  /// Looks whether the outside systems are there, before the first batch and now and then while
  /// there is nothing to do; kUnavailable names what is missing.
  virtual Status Probe() { return Ok(); }

  /// An error means that the batch as a whole can't be processed now (the store is away, say).
  /// A bad event is no error: divert it.
  virtual Status Start(Batch& /*batch*/) { return Ok(); }
  virtual Status Finish(Batch& batch) = 0;

  /// Forgets every batch that was started and not finished; replies still to come are ignored.
  virtual void Cancel() {}
};

}  // namespace sluice
