#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/failure_tally.h"
#include "engine/ledger.h"
#include "engine/worker_history.h"
#include "sluice/source.h"

namespace sluice {

enum class WorkerState : std::uint8_t {
  kStarting,
  kRunning,
  kWaiting,     ///< For an outside system; `reason` says which.
  kRecovering,  ///< On the way back to the last checkpoint.
  kStopping,
  kStopped,
};

/// The state's name in JSON and logs, such as "waiting".
std::string_view WorkerStateName(WorkerState state);

/// What a pipeline of a worker has done since the start, as far as it is committed.
struct PipelineStatus {
  using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
  struct Routed {
    std::string stage;
    std::string topic;
    std::uint64_t count = 0;
  };
  struct Diverted {
    std::string stage;  ///< "decode": before the first one.
    std::string side_output;
    std::string reason;
    std::uint64_t count = 0;
  };
  std::string name;
  Ledger ledger;
  Counts stages;                   ///< Events that entered each stage, in order.
  Counts topics;                   ///< Records sent to each topic of the sink.
  std::vector<Routed> routed;      ///< Records that a stage wrote to a topic, in memory too.
  std::vector<Diverted> diverted;  ///< Events by where they ended and why.
  Counts dropped;                  ///< Events by reason.
  std::vector<Failure> failures;   ///< The most frequent ones on the side output `failed`.
};

/// One worker as it was at one moment. Times are milliseconds since 1970.
struct WorkerStatus {
  std::string worker;  ///< "worker 0"
  WorkerState state = WorkerState::kStarting;
  std::string reason;  ///< Of any state but kRunning; for people.
  std::int64_t since_ms = 0;
  std::int64_t taken_ms = 0;
  std::int64_t last_commit_ms = 0;                ///< 0: none yet.
  std::uint64_t transactions = 0;                 ///< Committed.
  std::uint64_t records = 0;                      ///< Committed.
  double records_per_second = 0;                  ///< Over the last ten seconds.
  std::map<std::string, std::uint64_t> failures;  ///< By ErrorKindName.
  std::vector<PartitionStatus> partitions;
  std::vector<PipelineStatus> pipelines;
  std::shared_ptr<const std::deque<HistoryPoint>> history;  ///< Oldest first; nullptr: none yet.
};

/// Where one worker publishes its status. The worker alone writes, everybody reads: a status is
/// never changed once it is published, and a new one takes its place by a swap of pointers.
class StatusSlot {
 public:
  using Clock = std::chrono::steady_clock;
  using Snapshot = std::shared_ptr<const WorkerStatus>;

  explicit StatusSlot(std::string worker);

  void Publish(Snapshot status) {
    const std::scoped_lock lock(mutex_);
    snapshot_.swap(status);
  }
  /// Never nullptr.
  [[nodiscard]] Snapshot snapshot() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }

  /// The worker goes round its loop; shows that its thread is alive.
  void Beat() { beat_.store(Clock::now().time_since_epoch().count()); }
  [[nodiscard]] Clock::time_point last_beat() const {
    return Clock::time_point(Clock::duration(beat_.load()));
  }

  /// A call under way that may block the worker for long; ends with the object. One at a time.
  class Call {
   public:
    ~Call() { slot_.call_.store(nullptr); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    friend class StatusSlot;
    explicit Call(StatusSlot& slot) : slot_(slot) {}
    StatusSlot& slot_;
  };
  /// `what` is a literal: "committing a transaction".
  [[nodiscard]] Call Enter(const char* what);

  /// What keeps the worker from its work: "redis 127.0.0.1:6379: connection refused"; empty if
  /// nothing does. A call counts once it has taken longer than `patience`.
  [[nodiscard]] std::string Obstacle(std::chrono::milliseconds patience) const;

 private:
  // Held to swap or copy the pointer, never longer: std::atomic<std::shared_ptr> of libstdc++ 12
  // has a data race.
  mutable std::mutex mutex_;
  Snapshot snapshot_;
  std::atomic<Clock::rep> beat_;
  std::atomic<const char*> call_{nullptr};
  std::atomic<Clock::rep> call_since_{0};
};

/// The slots of a process. Slots are added before anybody else reads.
class StatusBoard {
 public:
  explicit StatusBoard(std::chrono::milliseconds patience = std::chrono::seconds{5})
      : patience_(patience) {}

  /// The slot lives as long as the board.
  StatusSlot& Add(std::string worker) { return slots_.emplace_back(std::move(worker)); }

  [[nodiscard]] std::vector<StatusSlot::Snapshot> Workers() const;
  /// "worker 0: has not gone round its loop for 130 s" for each worker that runs and has not beaten
  /// for longer than `limit`; empty: the process is alive.
  [[nodiscard]] std::vector<std::string> NotAlive(std::chrono::seconds limit = std::chrono::minutes{
                                                      2}) const;
  /// "worker 0: redis 127.0.0.1:6379: connection refused" for each worker that can't work; empty:
  /// the process is ready.
  [[nodiscard]] std::vector<std::string> NotReady() const;

 private:
  const std::chrono::milliseconds patience_;
  std::deque<StatusSlot> slots_;
};

}  // namespace sluice
