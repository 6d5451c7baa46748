#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "sluice/record.h"
#include "sluice/result.h"

namespace sluice {

struct PollLimits {
  std::size_t max_records = 0;
  std::size_t max_bytes = 0;
  /// Longest wait for the first record; 0: only what is at hand.
  std::chrono::milliseconds wait{0};
};

/// Input port of a worker. Threading: that worker's thread, except where a method says otherwise.
class Source {
 public:
  virtual ~Source() = default;

  /// Connects and subscribes; may be repeated after kUnavailable (which names what is missing).
  virtual Status Open() = 0;

  /// Appends records, up to the limits (one record more than max_bytes allows is possible).
  /// kDiscard: partitions were given or taken since the last call; everything handed out
  /// before and not committed must be dropped. Records appended before that are void too.
  virtual Status Poll(const PollLimits& limits, std::vector<Record>& records) = 0;

  /// Keeps the membership alive for `time` without handing out records (partitions paused).
  /// kDiscard as for Poll.
  virtual Status Idle(std::chrono::milliseconds time) = 0;

  /// Makes the records handed out so far invalid and gives their memory back.
  virtual void Release() = 0;

  /// Goes back to the committed offsets of the partitions still owned; calls Release.
  virtual Status Rewind() = 0;

  /// True once an input that ends has been handed out whole (files); a topic never ends.
  [[nodiscard]] virtual bool exhausted() const { return false; }

  /// Leaves the group. After it only the destructor may be called.
  virtual void Close() = 0;
};

}  // namespace sluice
