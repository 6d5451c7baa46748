#include "kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <utility>

#include "kafka/client_conf.h"

namespace sluice::kafka {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kFirstBackoff{20};
constexpr milliseconds kLongestBackoff{1'000};
constexpr milliseconds kWatchGrace{30'000};
constexpr milliseconds kDrainTime{5'000};
constexpr milliseconds kReportTime{100};
constexpr milliseconds kSettleTime{1'000};
constexpr int kPollSliceMs = 1;
constexpr int kSlicesPerPush = 4;
constexpr int kFullQueueWaitMs = 10;
constexpr std::size_t kPollEvery = 1'000;

int Ms(milliseconds time) { return static_cast<int>(time.count()); }

milliseconds Until(Clock::time_point end) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(end - Clock::now()));
}

/// Borrowed bytes for the library, which takes them as mutable but does not write. A null pointer
/// would make an empty key or value a null one.
void* Bytes(std::string_view bytes) {
  return const_cast<char*>(bytes.data() == nullptr ? "" : bytes.data());
}

rd_kafka_vu_t Memory(rd_kafka_vtype_t type, std::string_view bytes) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  argument.u.mem.ptr = Bytes(bytes);
  argument.u.mem.size = bytes.size();
  return argument;
}

rd_kafka_vu_t Pointer(rd_kafka_vtype_t type, const void* pointer) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  argument.u.ptr = const_cast<void*>(pointer);
  return argument;
}

std::string Writing(const OutputRecord& record, const rd_kafka_topic_t* topic) {
  return "writing " + std::to_string(record.value.size()) + " bytes of " +
         record.position.ToString() + " to topic " + rd_kafka_topic_name(topic);
}

rd_kafka_headers_t* Headers(const OutputRecord& record) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers) {
    const std::string_view value = header.value.value_or("");
    rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value ? Bytes(value) : nullptr, static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

Producer::Producer(const KafkaSinkSettings& settings, Watchdog& watchdog, MetricsRegistry& metrics,
                   std::atomic<bool>& offsets_in_doubt)
    : settings_(settings),
      watchdog_(watchdog),
      events_(metrics, "producer", settings.log, this),
      unanswered_(offsets_in_doubt) {}

Result<std::unique_ptr<Producer>> Producer::Make(const KafkaSinkSettings& settings,
                                                 std::size_t smallest_topic_limit,
                                                 Watchdog& watchdog, MetricsRegistry& metrics,
                                                 std::atomic<bool>& offsets_in_doubt) {
  Result<ConfHandle> conf = ProducerConf(settings, smallest_topic_limit);
  if (!conf) return std::move(conf).error();
  std::unique_ptr<Producer> producer(new Producer(settings, watchdog, metrics, offsets_in_doubt));
  producer->events_.Install(conf.value().get());
  producer->unanswered_.Install(conf.value().get());
  rd_kafka_conf_set_dr_msg_cb(
      conf.value().get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        OnDelivery(*message, *static_cast<Producer*>(static_cast<ClientEvents*>(opaque)->owner()));
      });
  std::array<char, 512> text{};
  producer->client_.reset(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf.value().get(), text.data(), text.size()));
  if (producer->client_ == nullptr) {
    return Error{ErrorKind::kInvalidConfig,
                 "making the Kafka producer: " + std::string(text.data())};
  }
  conf.value().release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  for (const std::string& topic : settings.topics) {
    producer->topics_.emplace_back(
        rd_kafka_topic_new(producer->client_.get(), topic.c_str(), nullptr));
    if (producer->topics_.back() == nullptr) {
      return Error{ErrorKind::kInvalidConfig, "sink topic name \"" + topic + "\" is not valid"};
    }
  }
  return producer;
}

Producer::~Producer() {
  const Watchdog::Guard guard = watchdog_.Watch("producer destroy", kWatchGrace);
  if (client_ != nullptr) TakeBack();
  topics_.clear();
  client_.reset();
}

/// Destroying the client frees the text of the transaction's error; the next record that is refused
/// meanwhile frees it again (librdkafka 2.0.2 to 2.8.0). Without records there is no answer to one.
void Producer::TakeBack() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const Clock::time_point end = Clock::now() + kDrainTime;
  while (outstanding() > 0 && Clock::now() < end) rd_kafka_poll(client_.get(), kPollSliceMs);
}

void Producer::OnDelivery(const rd_kafka_message_s& message, Producer& producer) {
  const int code = message.err;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
      code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    return;
  }
  if (IsMissingTopic(code) || IsTooLarge(code) || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) {
    producer.topics_in_doubt_ = true;
  }
  if (producer.first_failure_) return;
  const auto* record = static_cast<const OutputRecord*>(message._private);
  std::string text = Writing(*record, message.rkt) + ": " + CodeText(code) + Advice(code);
  producer.events_.Note(code, text);
  producer.first_failure_ = DeliveryFailure{code, std::move(text)};
  if (producer.alone_) {
    producer.refused_ = RefusedOutput{record->position, record->topic, CodeText(code)};
  }
}

Status Producer::Repeat(ProducerCall call, const char* name, milliseconds limit,
                        const Call& invoke) {
  const Watchdog::Guard guard = watchdog_.Watch(name, limit + kWatchGrace);
  const Clock::time_point end = Clock::now() + limit;
  for (milliseconds backoff = kFirstBackoff;; backoff = std::min(backoff * 2, kLongestBackoff)) {
    ErrorHandle error = invoke(std::max(1, Ms(Until(end))));
    if (error == nullptr) return Ok();
    const CallFailure failure = Describe(client_.get(), std::move(error));
    const bool again = failure.retriable && !failure.fatal && !failure.abortable &&
                       failure.code != RD_KAFKA_RESP_ERR__TIMED_OUT && Until(end) > backoff;
    if (!again) return ErrorOf(failure, call, name);
    rd_kafka_poll(client_.get(), Ms(backoff));
  }
}

Error Producer::ErrorOf(const CallFailure& failure, ProducerCall call, const std::string& what) {
  failed_ = true;
  fenced_ = fenced_ || IsFencing(failure.code);
  // The library names no topic that the coordinator does not know, and later hides even that.
  topics_in_doubt_ = topics_in_doubt_ || IsMissingTopic(failure.code) ||
                     (transactional() && failure.code == RD_KAFKA_RESP_ERR__STATE);
  Error error{KindOf(failure, call),
              what + ": " + failure.text + " (" + CodeName(failure.code) + ")"};
  int cause = failure.code;
  if (const std::string partition = events_.TakeRefusedPartition(); !partition.empty()) {
    error.message += "; " + partition;
    constexpr int kDenied = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    if (partition.find(CodeText(kDenied)) != std::string::npos) cause = kDenied;
  }
  if (IsMissingRight(cause) && error.kind == ErrorKind::kAbortTransaction) {
    error.kind = ErrorKind::kUnavailable;
  }
  error.message += Advice(cause);
  if (error.kind == ErrorKind::kAbortTransaction) {
    // Where it fails because a record did, the record says what to do; its report may lag behind.
    const Clock::time_point end = Clock::now() + kReportTime;
    while (!first_failure_ && Clock::now() < end) rd_kafka_poll(client_.get(), kPollSliceMs);
    if (first_failure_) {
      error.kind = KindOfDelivery(first_failure_->code);
      error.message += "; " + first_failure_->text;
    }
  }
  if (error.kind == ErrorKind::kInvalidConfig || error.kind == ErrorKind::kFatal) {
    error.message += "; check the brokers' transaction.max.timeout.ms";
  }
  return error;
}

Status Producer::Init() {
  if (!transactional()) return Ok();
  return Repeat(ProducerCall::kInit, "init_transactions", settings_.request_timeout,
                [this](int timeout_ms) {
                  return ErrorHandle(rd_kafka_init_transactions(client_.get(), timeout_ms));
                });
}

Status Producer::Begin() {
  first_failure_.reset();
  refused_.reset();
  failed_ = false;
  topics_in_doubt_ = false;
  if (!transactional()) return Ok();
  return Repeat(ProducerCall::kBegin, "begin_transaction", settings_.transaction_timeout,
                [this](int /*timeout_ms*/) {
                  return ErrorHandle(rd_kafka_begin_transaction(client_.get()));
                });
}

ErrorHandle Producer::TrySend(const OutputRecord& record) {
  std::array<rd_kafka_vu_t, 5> arguments;
  std::size_t count = 0;
  arguments[count++] = Pointer(RD_KAFKA_VTYPE_RKT, topics_[record.topic].get());
  arguments[count++] = Memory(RD_KAFKA_VTYPE_VALUE, record.value);
  arguments[count++] = Pointer(RD_KAFKA_VTYPE_OPAQUE, &record);
  if (record.key) arguments[count++] = Memory(RD_KAFKA_VTYPE_KEY, *record.key);
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = Headers(record);
    arguments[count++] = Pointer(RD_KAFKA_VTYPE_HEADERS, headers);
  }
  ErrorHandle error(rd_kafka_produceva(client_.get(), arguments.data(), count));
  // The headers are the library's only where it took the record.
  if (error != nullptr && headers != nullptr) rd_kafka_headers_destroy(headers);
  return error;
}

void Producer::SendAlone(bool alone) {
  alone_until_.reset();
  if (alone) alone_until_ = Clock::now() + settings_.transaction_timeout / 2;
}

Status Producer::Send(const OutputRecord& record) {
  alone_ = alone_until_ && Clock::now() < *alone_until_;
  SLUICE_TRY(HandOver(record));
  return alone_ ? Flush() : Ok();
}

Status Producer::HandOver(const OutputRecord& record) {
  if (++since_poll_ >= kPollEvery) {
    since_poll_ = 0;
    rd_kafka_poll(client_.get(), 0);
  }
  const Clock::time_point end = Clock::now() + settings_.transaction_timeout;
  for (;;) {
    ErrorHandle error = TrySend(record);
    if (error == nullptr) return Ok();
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL && Clock::now() < end) {
      rd_kafka_poll(client_.get(), kFullQueueWaitMs);
      continue;
    }
    const CallFailure failure = Describe(client_.get(), std::move(error));
    const std::string what = Writing(record, topics_[record.topic].get());
    if (IsMissingTopic(failure.code) && !first_failure_) {
      first_failure_ = DeliveryFailure{failure.code, what + ": " + failure.text};
    }
    if (KindOfDelivery(failure.code) == ErrorKind::kRefused && !first_failure_) {
      refused_ = RefusedOutput{record.position, record.topic, failure.text};
    }
    return ErrorOf(failure, ProducerCall::kProduce, what);
  }
}

Status Producer::SendOffsets(const rd_kafka_topic_partition_list_s* offsets,
                             const rd_kafka_consumer_group_metadata_s* membership) {
  return Repeat(ProducerCall::kSendOffsets, "send_offsets_to_transaction",
                settings_.transaction_timeout, [&](int timeout_ms) {
                  return ErrorHandle(rd_kafka_send_offsets_to_transaction(client_.get(), offsets,
                                                                          membership, timeout_ms));
                });
}

Status Producer::Flush() {
  const Clock::time_point end = Clock::now() + settings_.transaction_timeout;
  while (!Push()) {
    if (first_failure_ && transactional()) break;
    if (Clock::now() >= end) {
      topics_in_doubt_ = true;
      return Error{ErrorKind::kReplaceSink,
                   std::to_string(outstanding()) + " records not acknowledged within " +
                       std::to_string(settings_.transaction_timeout.count()) +
                       " ms (slow brokers, or a producer's quota): fewer are tried"};
    }
  }
  return DeliveryStatus();
}

/// Lets the library send what lingers, and waits a little; true once nothing is outstanding.
///
/// While records are late for their linger time and wait for the answers to those before them,
/// librdkafka 2.0.2's broker threads spin, and so they do all through a flush. So the linger time
/// is long, and a short flush now and then starts what would linger. Successes are not reported
/// one by one, so the end is only seen between two short waits.
bool Producer::Push() {
  if (rd_kafka_flush(client_.get(), kPollSliceMs) == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  for (int i = 0; i < kSlicesPerPush && outstanding() > 0; ++i) {
    rd_kafka_poll(client_.get(), kPollSliceMs);
  }
  return outstanding() == 0;
}

Status Producer::DeliveryStatus() const {
  if (!first_failure_) return Ok();
  return Error{KindOfDelivery(first_failure_->code), first_failure_->text};
}

bool Producer::broken() const {
  return rd_kafka_fatal_error(client_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

Status Producer::Commit() {
  return Repeat(ProducerCall::kCommit, "commit_transaction", settings_.transaction_timeout,
                [this](int /*timeout_ms*/) {
                  // -1: what is left of the transaction time-out, as the library advises.
                  return ErrorHandle(rd_kafka_commit_transaction(client_.get(), -1));
                });
}

Status Producer::Abort() {
  if (transactional()) {
    if (!failed_) Settle();
    SLUICE_TRY(Repeat(ProducerCall::kAbort, "abort_transaction", settings_.transaction_timeout,
                      [this](int /*timeout_ms*/) {
                        return ErrorHandle(rd_kafka_abort_transaction(client_.get(), -1));
                      }));
  }
  if (Drain()) return Ok();
  return Error{ErrorKind::kReplaceSink,
               std::to_string(outstanding()) + " records stay under way after the abort"};
}

/// An abort that overtakes the registration of the first partitions is taken by the broker for one
/// of the transaction before, and ends the producer (seen with librdkafka 2.0.2 and Kafka 3.9).
void Producer::Settle() {
  const Clock::time_point end = Clock::now() + kSettleTime;
  while (!first_failure_ && Clock::now() < end && !Push()) {
  }
}

bool Producer::Drain() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE);
  const Clock::time_point end = Clock::now() + kDrainTime;
  while (outstanding() > 0 && Clock::now() < end) rd_kafka_poll(client_.get(), kPollSliceMs);
  return outstanding() == 0 && !broken();
}

std::size_t Producer::outstanding() {
  rd_kafka_poll(client_.get(), 0);
  return static_cast<std::size_t>(std::max(0, rd_kafka_outq_len(client_.get())));
}

}  // namespace sluice::kafka
