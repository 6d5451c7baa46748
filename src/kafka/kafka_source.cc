#include "kafka/kafka_source.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "kafka/client_conf.h"
#include "kafka/errors.h"
#include "kafka/group_offsets.h"
#include "kafka/membership.h"
#include "kafka/topic_presence.h"

namespace sluice::kafka {
namespace {

constexpr std::size_t kChunk = 512;
constexpr std::chrono::seconds kLagInterval{1};
constexpr std::chrono::milliseconds kEndInterval{500};
constexpr std::chrono::milliseconds kEndAnswerTime{300};
constexpr std::chrono::milliseconds kIdleSlice{100};
constexpr int kLogInfo = 6;
constexpr int kLogDebug = 7;

int Ms(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

std::chrono::milliseconds Until(std::chrono::steady_clock::time_point end) {
  const auto left = end - std::chrono::steady_clock::now();
  return std::max(std::chrono::milliseconds{0}, std::chrono::ceil<std::chrono::milliseconds>(left));
}

Error Moved() {
  return {ErrorKind::kDiscard, "partitions were given or taken: the batch in hand is void"};
}

}  // namespace

KafkaSource::KafkaSource(KafkaSourceSettings settings, Watchdog& watchdog, MetricsRegistry& metrics)
    : settings_(std::move(settings)),
      watchdog_(watchdog),
      metrics_(metrics),
      events_(std::make_shared<ClientEvents>(metrics, "consumer", settings_.log, this)),
      partitions_(metrics_),
      fetching_(partitions_),
      health_(settings_, *events_),
      stalled_(settings_, *events_),
      chunk_(kChunk) {}

KafkaSource::~KafkaSource() { Close(); }

Status KafkaSource::Create() {
  Result<ConfHandle> conf = ConsumerConf(settings_);
  if (!conf) return std::move(conf).error();
  events_->Install(conf.value().get());
  rd_kafka_conf_set_rebalance_cb(
      conf.value().get(), [](rd_kafka_t* client, rd_kafka_resp_err_t err,
                             rd_kafka_topic_partition_list_t* list, void* opaque) {
        OnRebalance(client, err, list, static_cast<ClientEvents*>(opaque)->owner());
      });
  std::array<char, 512> text{};
  consumer_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.value().get(), text.data(), text.size()));
  if (consumer_ == nullptr) {
    return Error{ErrorKind::kInvalidConfig,
                 "making the Kafka consumer: " + std::string(text.data())};
  }
  conf.value().release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  rd_kafka_poll_set_consumer(consumer_.get());
  queue_.reset(rd_kafka_queue_get_consumer(consumer_.get()));
  return Ok();
}

Status KafkaSource::Open() {
  if (subscribed_) return Ok();
  if (consumer_ == nullptr) SLUICE_TRY(Create());
  Status present =
      CheckTopicsExist(consumer_.get(), settings_.topics, "source", settings_.request_timeout);
  // Serves the error callback, which says why no broker answers.
  const MessageHandle none(rd_kafka_consumer_poll(consumer_.get(), 0));
  if (!present) {
    Error error = std::move(present).error().Wrap("Kafka at " + settings_.brokers);
    if (!events_->last_error().empty()) error.message += " (" + events_->last_error() + ")";
    return error;
  }
  const PartitionListHandle topics(
      rd_kafka_topic_partition_list_new(static_cast<int>(settings_.topics.size())));
  for (const std::string& topic : settings_.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const rd_kafka_resp_err_t err = rd_kafka_subscribe(consumer_.get(), topics.get());
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{ErrorKind::kInvalidConfig, "subscribing to the source topics: " + CodeText(err)};
  }
  subscribed_ = true;
  return Ok();
}

void KafkaSource::OnRebalance(rd_kafka_s* client, int code, rd_kafka_topic_partition_list_s* list,
                              void* opaque) {
  auto* source = static_cast<KafkaSource*>(opaque);
  source->moved_ = true;
  // A pause by the application outlives the assignment in the library: the partitions would stay
  // silent when they are given again.
  source->fetching_.ResumeForGood(client);
  source->buffer_.DropTaken();
  source->partitions_.Clear();
  source->stalled_.Clear();
  source->assignment_.reset();
  source->rewind_needed_ = false;
  source->membership_.clear();
  source->metrics_.rebalances.Increment();
  const bool given = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  source->events_->Log(kLogInfo, "REBALANCE",
                       (given ? "given " : "taken ") + std::to_string(list->cnt) + " partitions");
  if (given) {
    // Their start needs answers from the brokers: left to the next Poll, which can fail and repeat.
    source->assignment_.reset(rd_kafka_topic_partition_list_copy(list));
  } else {
    rd_kafka_assign(client, nullptr);
  }
}

Status KafkaSource::StartAssignment() {
  Status resolved = ResolveStartOffsets(consumer_.get(), assignment_.get(),
                                        settings_.auto_offset_reset, settings_.request_timeout);
  if (!resolved && resolved.error().kind == ErrorKind::kDiscard) {
    // Only an assignment, if of nothing, lets the library rejoin the group.
    assignment_.reset();
    rd_kafka_assign(consumer_.get(), nullptr);
  }
  SLUICE_TRY(std::move(resolved));
  const rd_kafka_resp_err_t err = rd_kafka_assign(consumer_.get(), assignment_.get());
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{KindOfConsumerError(err), "starting the assigned partitions: " + CodeText(err)};
  }
  partitions_.Assign(assignment_.get());
  events_->Log(kLogDebug, "START", PlacesOf(assignment_.get()));
  assignment_.reset();
  return Ok();
}

Status KafkaSource::Prepare() {
  if (!subscribed_ && renewing_) SLUICE_TRY(Open());
  if (!subscribed_) return Error{ErrorKind::kUnavailable, "the Kafka source is not open"};
  if (moved_) {
    moved_ = false;
    return Moved();
  }
  if (error_) return *std::exchange(error_, std::nullopt);
  if (assignment_ != nullptr) SLUICE_TRY(StartAssignment());
  return health_.Check(consumer_.get());
}

Status KafkaSource::Poll(const PollLimits& limits, std::vector<Record>& records) {
  SLUICE_TRY(Prepare());
  if (rewind_needed_) SLUICE_TRY(RewindToCommitted());
  SLUICE_TRY(OrRewind(fetching_.Resume(consumer_.get())));
  if (stalled_.Retry(consumer_.get(), partitions_)) {
    SLUICE_TRY(OrRewind(fetching_.StartAnew(consumer_.get())));
  }
  if (!buffer_.has_handed_out() && !buffer_.has_taken()) PassGaps();
  const std::size_t first = records.size();
  const std::size_t max_records = first + limits.max_records;
  const bool in_hand = buffer_.has_handed_out();
  std::size_t bytes = buffer_.HandOut(max_records, limits.max_bytes, partitions_, records);
  if (records.size() == first) WaitForOne(limits.wait);
  bool more = true;
  while (more && !moved_ && records.size() < max_records && bytes < limits.max_bytes) {
    const std::size_t room = std::min(max_records - records.size(),
                                      (limits.max_bytes - bytes) / buffer_.mean_bytes() + 1);
    more = FetchChunk(room);
    if (moved_) break;
    bytes += buffer_.HandOut(max_records, limits.max_bytes - bytes, partitions_, records);
  }
  const std::size_t count = records.size() - first;
  if (count > 0) {
    if (!in_hand) membership_ = MembershipOf(consumer_.get());
    metrics_.received_records.Add(static_cast<double>(count));
    metrics_.received_bytes.Add(static_cast<double>(bytes));
  }
  RefreshLag();
  return Outcome(count > 0);
}

Status KafkaSource::Outcome(bool handed_out) {
  if (std::exchange(moved_, false)) return Moved();
  if (error_ && !handed_out) return *std::exchange(error_, std::nullopt);
  return Ok();
}

void KafkaSource::WaitForOne(std::chrono::milliseconds wait) {
  // The batch call would wait for a full batch; this one returns with the first record.
  MessageHandle message(rd_kafka_consumer_poll(consumer_.get(), Ms(wait)));
  if (message != nullptr) Take(std::move(message));
}

/// Takes what is at hand, at most `room` messages; false if there was less than that.
///
/// The batch call costs half of one call per message. Its known faults before librdkafka 2.1 (it
/// gives messages of a partition that is paused, moved or taken while the batch is filled, and
/// keeps a position of them) do no harm here: seeks and pauses are never under way during the call,
/// a rebalance voids all that it gives, and the position is set again after each resume.
bool KafkaSource::FetchChunk(std::size_t room) {
  const std::size_t wanted = std::min(room, kChunk);
  const ssize_t got = rd_kafka_consume_batch_queue(queue_.get(), 0, chunk_.data(), wanted);
  for (ssize_t i = 0; i < got; ++i) Take(MessageHandle(chunk_[static_cast<std::size_t>(i)]));
  return got == static_cast<ssize_t>(wanted);
}

void KafkaSource::Take(MessageHandle message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    TakeError(*message);
    return;
  }
  buffer_.Take(std::move(message), partitions_);
}

void KafkaSource::TakeError(const rd_kafka_message_s& message) {
  const int code = message.err;
  OwnedPartition* owned =
      message.rkt == nullptr
          ? nullptr
          : partitions_.Find(rd_kafka_topic_name(message.rkt), message.partition);
  if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (owned != nullptr && !owned->held) owned->ReachedEnd(message.offset);
    return;
  }
  const std::string topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
  const char* detail = rd_kafka_message_errstr(&message);
  const std::string what = detail == nullptr ? CodeText(code) : detail;
  if (owned != nullptr && !IsMissingTopic(code)) {
    stalled_.Note(consumer_.get(), *owned, code, what);
    return;
  }
  const std::string text = "Kafka consumer: " + (topic.empty() ? "" : topic + ": ") + what;
  events_->Note(code, text);
  if (IsMissingTopic(code)) {
    health_.NoteMissingTopic();
  } else if (code != RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
    // Beyond max.poll.interval.ms the library leaves the group and joins again by itself.
    error_ = Error{KindOfConsumerError(code), text + Advice(code)};
    if (error_->kind == ErrorKind::kDiscard) rewind_needed_ = true;
  }
}

Status KafkaSource::Idle(std::chrono::milliseconds time) {
  const Time end = std::chrono::steady_clock::now() + time;
  // What is wrong is told at the end: the place in the group must be kept meanwhile.
  Status prepared = Prepare();
  if (!subscribed_ || (!prepared && prepared.error().kind == ErrorKind::kDiscard)) return prepared;
  fetching_.Pause(consumer_.get());
  do {
    MessageHandle message(
        rd_kafka_consumer_poll(consumer_.get(), Ms(std::min(Until(end), kIdleSlice))));
    if (message != nullptr) Take(std::move(message));
    AskForOneEnd();
  } while (!moved_ && std::chrono::steady_clock::now() < end);
  RefreshLag();
  SLUICE_TRY(Outcome(false));
  return prepared;
}

void KafkaSource::Release() { buffer_.Release(); }

Status KafkaSource::Rewind(const SealedCheckpoint* /*stored*/) { return RewindToCommitted(); }

Status KafkaSource::RewindToCommitted() {
  buffer_.Release();
  buffer_.DropTaken();
  rewind_needed_ = false;
  // An assignment that is not started yet will start at the committed offsets.
  if (assignment_ != nullptr || partitions_.empty()) return Ok();
  rewind_needed_ = true;
  const PartitionListHandle list = partitions_.List();
  Status resolved = ResolveStartOffsets(consumer_.get(), list.get(), settings_.auto_offset_reset,
                                        settings_.request_timeout, partitions_.Committed());
  if (!resolved) {
    Error error = std::move(resolved).error().Wrap("going back to the committed offsets");
    // A rebalance is about to be noticed; until then nothing may be handed out.
    error.kind = ErrorKind::kUnavailable;
    return error;
  }
  partitions_.MoveTo(list.get());
  events_->Log(kLogDebug, "REWIND", PlacesOf(list.get()));
  SLUICE_TRY(fetching_.Restart(consumer_.get()));
  rewind_needed_ = false;
  metrics_.rewinds.Increment();
  return Ok();
}

Status KafkaSource::OrRewind(Status status) {
  if (!status) rewind_needed_ = true;
  return status;
}

Result<SealedCheckpoint> KafkaSource::Seal(const Checkpoint& checkpoint) {
  if (consumer_ == nullptr) return Error{ErrorKind::kFatal, "the Kafka source is closed"};
  std::string now = MembershipOf(consumer_.get());
  const bool owned = std::ranges::all_of(checkpoint, [this](const NextOffset& next) {
    return partitions_.Find(next.topic, next.partition) != nullptr;
  });
  // A commit without a membership would not be checked by the broker at all.
  if (!owned || now.empty() || now != membership_) {
    rewind_needed_ = true;
    return Error{ErrorKind::kDiscard, "the consumer group moved on before the commit"};
  }
  return SealedCheckpoint{checkpoint, std::move(now)};
}

Status KafkaSource::Commit(const Checkpoint& checkpoint) {
  const auto sealed = Seal(checkpoint);
  if (!sealed) return sealed.error();
  Status committed =
      CommitOffsets(consumer_.get(), OffsetList(checkpoint).get(), settings_.request_timeout);
  // No Rewind follows a kDiscard, and this one need not come with a rebalance.
  if (!committed && committed.error().kind == ErrorKind::kDiscard) rewind_needed_ = true;
  SLUICE_TRY(std::move(committed));
  Committed(checkpoint);
  return Ok();
}

void KafkaSource::Committed(const Checkpoint& checkpoint) {
  for (const NextOffset& next : checkpoint) {
    OwnedPartition* owned = partitions_.Find(next.topic, next.partition);
    if (owned != nullptr) owned->committed = next.offset;
  }
}

std::vector<PartitionStatus> KafkaSource::Partitions() const {
  std::vector<PartitionStatus> statuses;
  for (const OwnedPartition& owned : partitions_.partitions()) {
    statuses.push_back(
        {std::string(owned.topic), owned.partition, owned.committed, owned.high, owned.stalled});
  }
  return statuses;
}

void KafkaSource::RefreshLag() {
  const Time now = std::chrono::steady_clock::now();
  if (now < next_lag_) return;
  next_lag_ = now + kLagInterval;
  partitions_.RefreshLag(consumer_.get());
}

/// While nothing is fetched, the ends of the partitions must be asked for: one each time.
void KafkaSource::AskForOneEnd() {
  const Time now = std::chrono::steady_clock::now();
  if (partitions_.empty() || now < next_end_) return;
  next_end_ = now + kEndInterval;
  OwnedPartition& partition =
      partitions_.partitions()[end_asked_++ % partitions_.partitions().size()];
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (rd_kafka_query_watermark_offsets(consumer_.get(), partition.topic.data(), partition.partition,
                                       &low, &high,
                                       Ms(kEndAnswerTime)) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    partition.high = std::max(partition.high, high);
  }
}

}  // namespace sluice::kafka
