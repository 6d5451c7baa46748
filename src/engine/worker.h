#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/flow.h"
#include "engine/worker_report.h"
#include "sluice/log.h"
#include "sluice/sink.h"
#include "sluice/source.h"
#include "util/backoff.h"

namespace sluice {

struct TransactionLimits {
  std::size_t max_events = 5000;
  std::size_t max_bytes = std::size_t{32} << 20;
  /// How long to wait for more once a record is there; with a backlog nothing is waited for.
  std::chrono::milliseconds linger{5};
  /// Longest that the sink may take (`transaction.timeout`).
  std::chrono::milliseconds timeout{30'000};
};

/// The loop: collect, stages, begin, write, commit outputs and checkpoint; or back to the last
/// checkpoint.
///
/// One thread, its own source and sink. docs/architecture.md draws the states and the ways back.
class Worker {
 public:
  struct Parts {
    std::string name;  ///< "worker 0", for readiness and logs.
    Source& source;
    Sink& sink;
    Flow& flow;
    std::size_t topic_count = 0;  ///< Of the sink.
    /// The sink commits the source's checkpoint with its outputs (Sink::CommitWith). Otherwise the
    /// outputs are committed first, and then the checkpoint by the source.
    bool joint_commit = false;
    TransactionLimits transaction;
    WorkerReport& report;
    Log log;
  };

  explicit Worker(Parts parts);

  /// Runs until a stop is asked for or the source is exhausted. A stop finishes the
  /// transaction in hand. An error is fatal, or says what is wrong with the configuration.
  Status Run(const std::stop_token& stop);

 private:
  using Clock = std::chrono::steady_clock;

  Status Open(const std::stop_token& stop);
  Status RunTransaction(const std::stop_token& stop);
  Status Collect();
  /// Notices what happens in the group while records are still in hand.
  Status KeepPlace();
  Status Process(const std::stop_token& stop);
  Status Commit(const std::stop_token& stop);
  Status CommitTogether(const Checkpoint& checkpoint);
  Status CommitInTurn(const Checkpoint& checkpoint, const std::stop_token& stop);
  Status Recover(Error error, const std::stop_token& stop);
  Status Renew();
  Status Rewind(const std::stop_token& stop);
  Status RewindOnce();
  /// The checkpoint that the sink keeps for the source; nullptr where the source keeps its own.
  Result<const SealedCheckpoint*> Stored();
  /// Where the sink keeps the checkpoints, it says where the source begins.
  Status StartAtStored();
  /// Makes the next transactions smaller after one that failed once it had begun.
  void Shrink();
  void Grow(Clock::duration commit);
  /// Gets closer to what the sink refuses; kUnavailable where it refuses the replacement too.
  Status Narrow(const Error& refusal);
  /// From now on a small record stands for what the sink refuses.
  Status Replace(const Position& position, std::optional<TopicId> topic, const std::string& reason);
  void ReadLimits();
  /// Waits once while the source keeps its membership; kDiscard if that was lost meanwhile.
  Status Wait(const Error& error, const std::stop_token& stop);
  /// The same where nothing is in hand that a rebalance could take.
  Status WaitThroughRebalances(const Error& error, const std::stop_token& stop);
  Status Probe();
  /// The records whose outputs are in the outbox.
  [[nodiscard]] std::span<const Record> Done() const { return {records_.data(), done_}; }
  /// Forgets what is committed.
  void Drop();
  /// All is well (again).
  void GoOn();
  void Forget();
  void Enter(WorkerState state, std::string reason = {});
  void Say(LogLevel level, const std::string& text) const { parts_.log(level, parts_.name, text); }

  Parts parts_;
  std::vector<Record> records_;  ///< In hand.
  std::size_t done_ = 0;  ///< Of them, the first ones: those whose outputs are in the outbox.
  Backoff backoff_{std::chrono::milliseconds{100}, std::chrono::seconds{10}};
  /// Below the settings after transactions that failed.
  std::size_t max_events_;
  std::size_t max_bytes_;
  /// Each output in a request of its own, to find the one that is refused.
  bool alone_ = false;
  std::string refused_before_;  ///< The output that was refused last.
  std::string waited_for_;      ///< As it was logged.
  int failures_ = 0;            ///< Since the last commit.
  bool begun_ = false;
  bool source_open_ = false;
  Clock::time_point collected_at_;
  Clock::time_point next_probe_;
};

}  // namespace sluice
