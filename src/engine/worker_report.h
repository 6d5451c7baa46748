#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>

#include "engine/status.h"
#include "engine/worker_history.h"
#include "engine/worker_metrics.h"
#include "sluice/clock.h"
#include "sluice/result.h"

namespace sluice {

class Flow;

/// What a worker tells of itself: metrics, and its status for those who look at it. The worker's
/// thread alone uses it.
class WorkerReport {
 public:
  using Steady = std::chrono::steady_clock;

  /// All must outlive it.
  WorkerReport(StatusSlot& slot, WorkerMetrics& metrics, const Clock& clock)
      : slot_(slot),
        metrics_(metrics),
        clock_(clock),
        status_(*slot.snapshot()),
        history_(clock.NowMs()) {}

  [[nodiscard]] WorkerState state() const { return status_.state; }
  /// Publishes at once. `reason` may be empty in kRunning.
  void Enter(WorkerState state, std::string reason, const Source& source, const Flow& flow);
  /// A transaction of these records is committed.
  void Committed(std::span<const Record> records, Steady::duration total, Steady::duration commit);
  void Failed(ErrorKind kind);

  /// The worker is alive. Publishes where the last status is older than a fifth of a second.
  void Turn(const Source& source, const Flow& flow);

  [[nodiscard]] StatusSlot::Call Calling(const char* what) { return slot_.Enter(what); }

 private:
  void Publish(const Source& source, const Flow& flow);
  double RecordsPerSecond(Steady::time_point now);

  StatusSlot& slot_;
  WorkerMetrics& metrics_;
  const Clock& clock_;
  WorkerStatus status_;
  WorkerHistory history_;
  Steady::time_point published_;
  std::deque<std::pair<Steady::time_point, std::uint64_t>> samples_;  ///< Of status_.records.
};

}  // namespace sluice
