#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/arena.h"
#include "sluice/event.h"

namespace sluice {

/// Why a stage diverts an event from which an event could not be made (Batch::Create).
inline constexpr Reason kCreatedUnreadable = "created_unreadable";
/// The same where the events that are made of one event take too much memory together.
inline constexpr Reason kCreatedTooMuch = "created_too_much";

/// Takes what a route emits; implemented by the engine.
class Emitter {
 public:
  virtual ~Emitter() = default;
  /// Writes the event as it stands now to `topic`: later edits do not show in it.
  virtual void Emit(Event& event, TopicId topic) = 0;
};

/// The events of a batch, in order. They stand in the batch's arena, so that adding one keeps
/// references to the others valid and allocates nothing.
class EventList {
 public:
  explicit EventList(Arena& arena) : arena_(arena) {}

  template <typename E>
  class BasicIterator {
   public:
    explicit BasicIterator(Event* const* at) : at_(at) {}
    E& operator*() const { return **at_; }
    BasicIterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const BasicIterator&, const BasicIterator&) = default;

   private:
    Event* const* at_;
  };
  using Iterator = BasicIterator<Event>;
  using ConstIterator = BasicIterator<const Event>;

  [[nodiscard]] std::size_t size() const { return events_.size(); }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  Event& operator[](std::size_t index) { return *events_[index]; }
  const Event& operator[](std::size_t index) const { return *events_[index]; }
  // The end moves when an event is added: a loop that adds some goes by index.
  Iterator begin() { return Iterator(events_.data()); }
  Iterator end() { return Iterator(events_.data() + events_.size()); }
  [[nodiscard]] ConstIterator begin() const { return ConstIterator(events_.data()); }
  [[nodiscard]] ConstIterator end() const { return ConstIterator(events_.data() + events_.size()); }

 private:
  friend class Batch;

  template <typename... Arguments>
  Event& Add(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<Event>);
    events_.push_back(new (arena_.Allocate(sizeof(Event)))
                          Event(std::forward<Arguments>(arguments)...));
    return *events_.back();
  }

  Arena& arena_;
  std::vector<Event*> events_;
};

/// The events that go through the stages together, and the memory they stand in: what a stage may
/// see of a batch and do to it. Owned by a worker; one thread.
class Batch {
 public:
  Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// All events, in order of position; a stage skips those that are not active().
  [[nodiscard]] EventList& events() { return events_; }
  [[nodiscard]] const EventList& events() const { return events_; }
  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] const Arena& arena() const { return arena_; }

  /// Adds an event that a stage derived from `source`, from canonical JSON text; its position is
  /// the source's, Derived(ordinal). It is active, and later stages see it only from the next one
  /// on. Returns nullptr, and adds nothing, if `json` is not a JSON object, has a number that no
  /// double holds, or is too much beside what was made of `source` before: the stage must then
  /// divert `source` with not_created(), or that part of it would be lost unseen.
  [[nodiscard]] Event* Create(const Event& source, std::int64_t ordinal, std::string_view json);
  /// Why the last Create that returned nullptr did so.
  [[nodiscard]] Reason not_created() const { return not_created_; }

  /// Adds an event that is `object`, a part of `source`'s document, as it stands there: nothing is
  /// copied or read again. The part is the new event's from then on: `source` must not be edited or
  /// written any more, unless SetVerbatim says what to write.
  Event& Adopt(const Event& source, std::int64_t ordinal, Value object);

  /// Adds to a counter of the job (committed with the transaction, not before).
  void Count(CounterId counter, std::uint64_t n = 1) {
    if (counters_.size() <= counter) counters_.resize(counter + 1U);
    counters_[counter] += n;
  }
  [[nodiscard]] const std::vector<std::uint64_t>& counters() const { return counters_; }

  /// Writes the event as it stands now to `topic`: later edits do not show in it.
  void Emit(Event& event, TopicId topic) { emitter_->Emit(event, topic); }

 private:
  friend class EngineAccess;  // engine/engine_access.h

  Event& Add(const Record& record) { return events_.Add(record); }
  void Reset() {
    events_.events_.clear();
    creating_ = {};
    counters_.assign(counters_.size(), 0);
    arena_.Reset();
  }

  /// What was made of the event that is taken apart now.
  struct Creating {
    const Event* source = nullptr;
    std::size_t cost = 0;
  };

  Arena arena_;
  EventList events_{arena_};
  Creating creating_;
  Reason not_created_ = nullptr;
  std::vector<std::uint64_t> counters_;
  Emitter* emitter_ = nullptr;
};

}  // namespace sluice
