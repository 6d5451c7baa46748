#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kafka/client_events.h"
#include "kafka/fetching.h"
#include "kafka/handles.h"
#include "kafka/message_buffer.h"
#include "kafka/metrics.h"
#include "kafka/partition_table.h"
#include "kafka/settings.h"
#include "kafka/source_health.h"
#include "kafka/stalled_partitions.h"
#include "sluice/metrics.h"
#include "sluice/source.h"
#include "util/watchdog.h"

namespace sluice::kafka {

/// The Kafka consumer of one worker.
///
/// A rebalance is only noticed inside Poll and Idle (librdkafka calls back from there), and each
/// of them then returns kDiscard. The new partitions are started by the next Poll or Idle, at
/// concrete committed offsets, so that nothing ever depends on a reset policy.
/// The library fetches ahead in its own threads. Records point into the library's messages, which
/// are held until Release. Topic names in positions are valid for the source's lifetime.
/// Threading: the worker's thread, all of it.
class KafkaSource final : public Source {
 public:
  KafkaSource(KafkaSourceSettings settings, Watchdog& watchdog, MetricsRegistry& metrics);
  ~KafkaSource() override;
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  Status Open() override;
  Status Poll(const PollLimits& limits, std::vector<Record>& records) override;
  Status Idle(std::chrono::milliseconds time) override;
  void Release() override;
  /// The group keeps the checkpoints: `stored` is not looked at.
  Status Rewind(const SealedCheckpoint* stored) override;
  /// Commits the offsets through the consumer, and waits for the answer.
  Status Commit(const Checkpoint& checkpoint) override;
  /// The seal is the membership in the group, fetched now, as
  /// rd_kafka_consumer_group_metadata_write writes it. kDiscard if the group has moved on since the
  /// records were handed out.
  Result<SealedCheckpoint> Seal(const Checkpoint& checkpoint) override;
  Status Renew() override;
  void Committed(const Checkpoint& checkpoint) override;
  [[nodiscard]] std::vector<PartitionStatus> Partitions() const override;
  void Close() override;

  /// Records not yet committed, per owned partition; never negative.
  [[nodiscard]] std::vector<PartitionLag> Lag() const { return partitions_.Lag(); }

 private:
  using Time = std::chrono::steady_clock::time_point;

  static void OnRebalance(rd_kafka_s* client, int code, rd_kafka_topic_partition_list_s* list,
                          void* opaque);
  Status Create();
  Status Prepare();
  Status StartAssignment();
  Status RewindToCommitted();
  /// Nothing may be handed out before a rewind where fetching could not be set.
  Status OrRewind(Status status);
  /// Leaves the group and ends the client, whose memory nobody has any more.
  void Leave();
  /// Commits what lies behind the last record and holds none, while nothing is in hand.
  void PassGaps();

  void WaitForOne(std::chrono::milliseconds wait);
  bool FetchChunk(std::size_t room);
  void Take(MessageHandle message);
  void TakeError(const rd_kafka_message_s& message);
  Status Outcome(bool handed_out);
  void RefreshLag();
  void AskForOneEnd();

  KafkaSourceSettings settings_;
  Watchdog& watchdog_;
  SourceMetrics metrics_;
  std::shared_ptr<ClientEvents> events_;  ///< A client that does not end keeps them.
  PartitionTable partitions_;
  Fetching fetching_;
  SourceHealth health_;
  StalledPartitions stalled_;
  ClientHandle consumer_;
  QueueHandle queue_;
  MessageBuffer buffer_;  // Its messages go before the consumer does.
  std::vector<rd_kafka_message_s*> chunk_;
  bool subscribed_ = false;
  bool renewing_ = false;    ///< The group was left to be joined again.
  bool straggling_ = false;  ///< A client that was left has not come to its end.

  PartitionListHandle assignment_;  ///< Given by the group and not started yet.
  bool moved_ = false;              ///< A rebalance that no caller was told of yet.
  bool rewind_needed_ = false;
  std::optional<Error> error_;  ///< For the next call, where this one has records to give.
  std::string membership_;      ///< When the first of the records in hand was handed out.
  Time next_pass_;
  Time next_lag_;
  Time next_end_;
  std::size_t end_asked_ = 0;
};

}  // namespace sluice::kafka
