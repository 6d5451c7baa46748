#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <utility>

#include "kafka/consumer_end.h"
#include "kafka/group_offsets.h"
#include "kafka/kafka_source.h"

/// How the source leaves its group, and what it commits without a record.
namespace sluice::kafka {
namespace {

constexpr std::chrono::seconds kPassInterval{1};
constexpr std::chrono::seconds kPassAnswerTime{1};
constexpr std::chrono::seconds kPassRetry{10};
constexpr std::chrono::seconds kCloseLimit{60};

}  // namespace

void KafkaSource::PassGaps() {
  const Time now = std::chrono::steady_clock::now();
  if (now < next_pass_) return;
  next_pass_ = now + kPassInterval;
  Checkpoint passed;
  for (const OwnedPartition& owned : partitions_.partitions()) {
    if (owned.CanPassGap()) passed.push_back({owned.topic, owned.partition, owned.gap_end});
  }
  if (passed.empty()) return;
  // Nothing depends on it, so that the next time will do.
  const Status committed =
      CommitOffsets(consumer_.get(), OffsetList(passed).get(), kPassAnswerTime);
  if (committed.ok()) {
    Committed(passed);
  } else {
    next_pass_ = std::chrono::steady_clock::now() + kPassRetry;
  }
}

void KafkaSource::Leave() {
  buffer_.DropTaken();
  buffer_.Release();
  if (std::exchange(assignment_, nullptr) != nullptr) rd_kafka_assign(consumer_.get(), nullptr);
  fetching_.ResumeForGood(consumer_.get());
  LeaveGroup(consumer_.get());
  partitions_.Clear();
  subscribed_ = false;
  queue_.reset();
  straggling_ = !EndConsumer(std::move(consumer_), events_) || straggling_;
}

void KafkaSource::Close() {
  renewing_ = false;
  if (consumer_ != nullptr) {
    const Watchdog::Guard guard = watchdog_.Watch("consumer close", kCloseLimit);
    next_pass_ = {};
    buffer_.DropTaken();
    buffer_.Release();
    if (subscribed_) PassGaps();
    Leave();
  }
  if (straggling_) events_->Mute();
}

Status KafkaSource::Renew() {
  if (consumer_ == nullptr) return Ok();
  {
    const Watchdog::Guard guard = watchdog_.Watch("consumer renewal", kCloseLimit);
    Leave();
  }
  stalled_.Clear();
  membership_.clear();
  error_.reset();
  moved_ = false;
  rewind_needed_ = false;
  renewing_ = true;
  return Open();
}

}  // namespace sluice::kafka
