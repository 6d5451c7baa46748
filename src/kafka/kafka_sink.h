#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kafka/errors.h"
#include "kafka/metrics.h"
#include "kafka/producer.h"
#include "kafka/settings.h"
#include "sluice/metrics.h"
#include "sluice/sink.h"
#include "util/watchdog.h"

namespace sluice::kafka {

/// The Kafka output of one worker.
///
/// exactly_once: each transaction of the port is one of Kafka, and CommitWith puts the offsets of a
/// KafkaSource on the same cluster into it. at_least_once: Commit waits for the acknowledgement of
/// every record; Abort can't undo what is written.
/// Threading: the worker's thread, all of it.
class KafkaSink final : public Sink {
 public:
  KafkaSink(KafkaSinkSettings settings, Watchdog& watchdog, MetricsRegistry& metrics);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  /// Replaces the topics given at construction. Only before Open.
  void SetTopics(std::vector<std::string> topics) { settings_.topics = std::move(topics); }

  Status Open() override;
  [[nodiscard]] std::size_t MaxRecordBytes(TopicId topic) const override;
  Status Begin() override;
  Status Write(const Outbox& outbox) override;
  void WriteAlone(bool alone) override { alone_ = alone; }
  [[nodiscard]] std::optional<RefusedOutput> Refused() const override {
    return producer_ == nullptr ? std::nullopt : producer_->refused();
  }
  Status Commit() override;
  /// kFatal with at_least_once.
  Status CommitWith(const SealedCheckpoint& checkpoint) override;
  bool TakeSealInDoubt() override { return offsets_in_doubt_.exchange(false); }
  Status Abort() override;
  Status Replace() override;
  void Close() override;

 private:
  /// kMade: not initialised yet. kBroken: good for nothing but being replaced.
  enum class State : std::uint8_t { kClosed, kMade, kReady, kBroken };

  Status ReadLimits();
  Status MakeReady();
  Status Remake();
  Status SendOffsets(const SealedCheckpoint& checkpoint);
  Status Finish(std::chrono::steady_clock::time_point start);
  /// Passes a producer's status on, and remembers what it means for the producer.
  Status Judge(Status status);
  void Discard();

  KafkaSinkSettings settings_;
  Watchdog& watchdog_;
  MetricsRegistry& registry_;
  SinkMetrics metrics_;
  FencingLog fencings_;
  std::vector<std::size_t> limits_;  ///< max.message.bytes, by TopicId; empty before Open.
  bool limits_read_ = false;
  std::atomic<bool> offsets_in_doubt_{false};
  std::unique_ptr<Producer> producer_;
  State state_ = State::kClosed;
  bool begun_ = false;
  bool alone_ = false;
};

}  // namespace sluice::kafka
