#pragma once

#include "sluice/batch.h"

namespace sluice {

/// The engine's door into batches and events: what no stage may do. Nothing under stages/ may
/// include it, and the members behind it are private (ADR 9).
class EngineAccess {
 public:
  EngineAccess() = delete;

  using Written = Event::Written;

  /// Adds the event that `record` holds, which must stay until the batch is reset.
  static Event& Add(Batch& batch, const Record& record) { return batch.Add(record); }
  /// Takes what the stages emit; must outlive the batch.
  static void SetEmitter(Batch& batch, Emitter* emitter) { batch.emitter_ = emitter; }
  /// Empties the batch: all its events, and what its arena holds, are gone.
  static void Reset(Batch& batch) { batch.Reset(); }

  static void MarkUnreadable(Event& event, Reason reason) { event.unreadable_reason_ = reason; }
  /// The event was sent to a topic.
  static void MarkRouted(Event& event) { event.routed_ = true; }
  /// The stage that diverted the event; "" if none did.
  static void SetStage(Event& event, std::string_view name) { event.stage_ = name; }
  static std::string_view StageOf(const Event& event) { return event.stage_; }
  /// Counts the copies of the event that other pipelines of the same worker read; from 0.
  static int NextCopy(Event& event) { return event.copies_++; }
  /// A small record stands for the event; false if one did before.
  static bool MarkReplaced(Event& event) {
    const bool first = !event.replaced_;
    event.replaced_ = true;
    return first;
  }
  static Written& WrittenOf(Event& event) { return event.written_; }
};

}  // namespace sluice
