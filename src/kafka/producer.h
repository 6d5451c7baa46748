#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kafka/client_events.h"
#include "kafka/errors.h"
#include "kafka/handles.h"
#include "kafka/settings.h"
#include "kafka/unanswered.h"
#include "sluice/metrics.h"
#include "sluice/outbox.h"
#include "sluice/result.h"
#include "sluice/sink.h"
#include "util/watchdog.h"

namespace sluice::kafka {

/// One producer of the library from its making to its end: transactional for kExactlyOnce, else
/// Init and Begin do next to nothing and Commit must not be called.
/// Keys and headers are copied; values are borrowed until outstanding() is 0 or the producer is
/// destroyed. Each call is bounded by the transaction time-out, and watched. One thread.
class Producer {
 public:
  /// `smallest_topic_limit`: see ProducerConf. `offsets_in_doubt` is set once a request with
  /// offsets got no answer, also while the producer ends. Does not connect. `settings` and
  /// `offsets_in_doubt` must outlive it.
  static Result<std::unique_ptr<Producer>> Make(const KafkaSinkSettings& settings,
                                                std::size_t smallest_topic_limit,
                                                Watchdog& watchdog, MetricsRegistry& metrics,
                                                std::atomic<bool>& offsets_in_doubt);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Fences and completes what an earlier producer of the same transactional.id left. After
  /// kUnavailable it may be called again on the same producer.
  Status Init();
  Status Begin();
  /// Hands over one record; waits while the library's queue is full.
  Status Send(const OutputRecord& record);
  Status SendOffsets(const rd_kafka_topic_partition_list_s* offsets,
                     const rd_kafka_consumer_group_metadata_s* membership);
  /// Waits until all records are delivered or have failed; the error is that of the first failure.
  Status Flush();
  Status Commit();
  /// Drops what is not sent, waits for what is under way, aborts the transaction.
  Status Abort();

  /// Records whose fate is unknown: while it is not 0, values are borrowed.
  [[nodiscard]] std::size_t outstanding();
  /// True once the broker said that the transactional.id is no longer ours.
  [[nodiscard]] bool fenced() const { return fenced_; }
  /// True if a record failed since Begin. librdkafka 2.0.2 then leaves a gap in the sequence: the
  /// records after it, and the next transaction, fail on it. The producer must be replaced.
  [[nodiscard]] bool record_failed() const { return first_failure_.has_value(); }
  /// True if a record was not taken in time or was too large, or a topic may be gone: the topics
  /// must be looked at.
  [[nodiscard]] bool topics_in_doubt() const { return topics_in_doubt_; }
  /// True once the library gave the client up: only a new one goes on.
  [[nodiscard]] bool broken() const;
  /// True if a request about a transaction was never answered: a late copy of it could reach into
  /// the next one. The producer must be replaced before that begins.
  [[nodiscard]] bool end_in_doubt() const { return unanswered_.any(); }

  /// From now on Send waits for the acknowledgement of its record, for half of the transaction
  /// time-out: what comes after that goes in requests with others again.
  void SendAlone(bool alone);
  /// The record that failed first since Begin, if it was in no request with others.
  [[nodiscard]] const std::optional<RefusedOutput>& refused() const { return refused_; }

 private:
  struct DeliveryFailure {
    int code = 0;
    std::string text;
  };
  using Call = std::function<ErrorHandle(int timeout_ms)>;

  Producer(const KafkaSinkSettings& settings, Watchdog& watchdog, MetricsRegistry& metrics,
           std::atomic<bool>& offsets_in_doubt);

  static void OnDelivery(const rd_kafka_message_s& message, Producer& producer);
  [[nodiscard]] bool transactional() const { return settings_.delivery == Delivery::kExactlyOnce; }
  Status HandOver(const OutputRecord& record);
  ErrorHandle TrySend(const OutputRecord& record);
  Status Repeat(ProducerCall call, const char* name, std::chrono::milliseconds limit,
                const Call& invoke);
  Error ErrorOf(const CallFailure& failure, ProducerCall call, const std::string& what);
  Status DeliveryStatus() const;
  bool Push();
  void Settle();
  bool Drain();
  void TakeBack();

  const KafkaSinkSettings& settings_;
  Watchdog& watchdog_;
  ClientEvents events_;
  UnansweredRequests unanswered_;
  std::optional<DeliveryFailure> first_failure_;
  std::optional<RefusedOutput> refused_;
  bool alone_ = false;  ///< The record that is sent now.
  std::optional<std::chrono::steady_clock::time_point> alone_until_;
  bool failed_ = false;  ///< A call failed since Begin.
  bool fenced_ = false;
  bool topics_in_doubt_ = false;
  ClientHandle client_;
  std::vector<TopicHandle> topics_;  ///< By TopicId.
  std::size_t since_poll_ = 0;
};

}  // namespace sluice::kafka
