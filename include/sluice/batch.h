#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/event.h"

namespace sluice {

/// Takes what a route emits; implemented by the engine.
class Emitter {
 public:
  virtual ~Emitter() = default;
  /// Writes the event as it stands now to `topic`: later edits do not show in it.
  virtual void Emit(Event& event, TopicId topic) = 0;
};

/// The events that go through the stages together, and the memory they stand in.
/// Owned by a worker; one thread.
class Batch {
 public:
  Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// All events, in order of position; a stage skips those that are not active().
  /// Adding one keeps references to the others valid.
  [[nodiscard]] std::deque<Event>& events() { return events_; }
  [[nodiscard]] const std::deque<Event>& events() const { return events_; }
  [[nodiscard]] Arena& arena() { return arena_; }

  /// Adds an event that a stage derived from `source`, from canonical JSON text; `index` is its
  /// ordinal there and must be stable over replays. It is active, and later stages see it only
  /// from the next one on. Returns nullptr if `json` is no JSON object.
  Event* Create(const Event& source, std::int32_t index, std::string_view json);

  /// Adds to a counter of the job (committed with the transaction, not before).
  void Count(CounterId counter, std::uint64_t n = 1) {
    if (counters_.size() <= counter) counters_.resize(counter + 1U);
    counters_[counter] += n;
  }
  [[nodiscard]] const std::vector<std::uint64_t>& counters() const { return counters_; }

  void SetEmitter(Emitter* emitter) { emitter_ = emitter; }
  void Emit(Event& event, TopicId topic) { emitter_->Emit(event, topic); }

  void Reset() {
    events_.clear();
    counters_.assign(counters_.size(), 0);
    arena_.Reset();
  }

 private:
  std::deque<Event> events_;
  Arena arena_;
  std::vector<std::uint64_t> counters_;
  Emitter* emitter_ = nullptr;
};

}  // namespace sluice
