#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sluice/checkpoint.h"
#include "sluice/record.h"
#include "sluice/result.h"

namespace sluice {

struct PollLimits {
  std::size_t max_records = 0;
  std::size_t max_bytes = 0;
  /// Longest wait for the first record; 0: only what is at hand.
  std::chrono::milliseconds wait{0};
};

/// How far one input partition has come, for the operator.
struct PartitionStatus {
  static constexpr std::int64_t kUnknown = -1;

  std::string topic;
  std::int32_t partition = 0;
  std::int64_t committed = kUnknown;  ///< Next offset after what is committed.
  std::int64_t end = kUnknown;        ///< Offset after the last record, as far as known.
  /// Why this one stands still while others are read: "the set of records is corrupt; ..."; empty
  /// where nothing is wrong. The process is not ready meanwhile.
  std::string stalled = {};
  /// Timestamp of the last committed record, in ms since 1970; 0: unknown. The engine fills it in.
  std::int64_t committed_ms = 0;
};

/// Input port of a worker. Threading: that worker's thread, all of it.
///
/// The order of a transaction: Poll (once or more), then either Commit, or Seal and Committed
/// around the sink's CommitWith, then Release. After a failure: Rewind.
class Source {
 public:
  virtual ~Source() = default;

  /// Connects and subscribes. kUnavailable names what is missing. The worker repeats it until it
  /// has succeeded, and also after that while another part of the worker is unavailable.
  virtual Status Open() = 0;

  /// Appends records, up to the limits, which count what this call appends (one record more than
  /// max_bytes allows is possible). With max_records 0 it only notices what happens in the group.
  /// Waits for at most limits.wait; none: nothing came, or the end.
  /// kDiscard: partitions were assigned or revoked since the last call; everything handed out
  /// before and not committed must be dropped. Records appended before that are void too. No Rewind
  /// follows: the source stands at the last checkpoint of what it owns by itself.
  virtual Status Poll(const PollLimits& limits, std::vector<Record>& records) = 0;

  /// Keeps the membership alive for `time` without handing out records (partitions paused).
  /// kDiscard as for Poll; kUnavailable: not reachable now, which is one more thing to wait for.
  virtual Status Idle(std::chrono::milliseconds time) = 0;

  /// Makes the records handed out so far invalid and gives their memory back.
  virtual void Release() = 0;

  /// Goes back to the last checkpoint of the partitions still owned, as if nothing after it had
  /// been handed out; calls Release. `stored` is that checkpoint where the sink keeps it
  /// (Sink::Stored); with nullptr it is the one that the source committed itself.
  virtual Status Rewind(const SealedCheckpoint* stored) = 0;

  /// The outputs of everything before `checkpoint` are durable: Kafka commits the offsets, files
  /// write their checkpoint. kUnavailable: the worker waits and calls again. kDiscard: the
  /// partitions are not owned any more; nothing was committed, and their next owner reads the
  /// records again.
  virtual Status Commit(const Checkpoint& checkpoint) = 0;

  /// Prepares `checkpoint` for a sink that commits it with its outputs (same commit domain, see
  /// port_spec.h). kDiscard as for Commit.
  virtual Result<SealedCheckpoint> Seal(const Checkpoint& checkpoint) {
    return SealedCheckpoint{checkpoint, {}};
  }
  /// Sees to it that what was sealed so far is refused from now on: Kafka leaves the group and
  /// joins anew. Calls Release; the source stands at the last checkpoint of what it then owns.
  /// kUnavailable: the source has left and goes on joining in Poll and Idle.
  virtual Status Renew() { return Ok(); }
  /// A sink has committed `checkpoint` with its outputs.
  virtual void Committed(const Checkpoint& /*checkpoint*/) {}

  /// True once an input that ends has been handed out whole (files); a topic never ends.
  [[nodiscard]] virtual bool exhausted() const { return false; }

  /// The partitions that are read now, for /status; called at any time, before Open and after Close
  /// too.
  [[nodiscard]] virtual std::vector<PartitionStatus> Partitions() const { return {}; }

  /// Leaves the group; also called where Open never succeeded. After it only Partitions and the
  /// destructor are called.
  virtual void Close() = 0;
};

}  // namespace sluice
