#include "kafka/kafka_sink.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "kafka/client_conf.h"
#include "kafka/client_events.h"
#include "kafka/group_offsets.h"
#include "kafka/topic_limits.h"
#include "util/fault_point.h"

namespace sluice::kafka {
namespace {

using Clock = std::chrono::steady_clock;

Error NeedsReplacement() {
  return {ErrorKind::kReplaceSink, "the Kafka producer has to be replaced"};
}

}  // namespace

KafkaSink::KafkaSink(KafkaSinkSettings settings, Watchdog& watchdog, MetricsRegistry& metrics)
    : settings_(std::move(settings)), watchdog_(watchdog), registry_(metrics), metrics_(metrics) {}

KafkaSink::~KafkaSink() { Close(); }

Status KafkaSink::Open() {
  if (!limits_read_) {
    Status read = ReadLimits();
    if (!read) return std::move(read).error().Wrap("Kafka at " + settings_.brokers);
  }
  return MakeReady();
}

/// Asks by a client of its own: the producer's batches must fit into the smallest topic.
Status KafkaSink::ReadLimits() {
  Result<ConfHandle> conf = AdminConf(settings_);
  if (!conf) return std::move(conf).error();
  ClientEvents events(registry_, "admin", settings_.log, nullptr);
  events.Install(conf.value().get());
  std::array<char, 512> text{};
  const ClientHandle client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf.value().get(), text.data(), text.size()));
  if (client == nullptr) {
    return Error{ErrorKind::kInvalidConfig, "making the Kafka client: " + std::string(text.data())};
  }
  conf.value().release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  Result<std::vector<std::size_t>> limits = ReadTopicLimits(
      client.get(), settings_.topics, settings_.max_record_bytes, settings_.request_timeout);
  rd_kafka_poll(client.get(), 0);
  if (!limits) {
    Error error = std::move(limits).error();
    if (!events.last_error().empty()) error.message += " (" + events.last_error() + ")";
    return error;
  }
  limits_ = std::move(limits).value();
  limits_read_ = true;
  return Ok();
}

Status KafkaSink::MakeReady() {
  if (state_ == State::kReady) return Ok();
  if (state_ == State::kBroken) Discard();
  if (state_ == State::kClosed) {
    const std::size_t smallest =
        limits_.empty() ? settings_.max_record_bytes : *std::ranges::min_element(limits_);
    Result<std::unique_ptr<Producer>> made = Producer::Make(
        settings_, RecordBytesWithin(smallest), watchdog_, registry_, offsets_in_doubt_);
    if (!made) return std::move(made).error();
    producer_ = std::move(made).value();
    state_ = State::kMade;
  }
  Status ready = Judge(producer_->Init());
  if (ready.ok()) state_ = State::kReady;
  return ready;
}

std::size_t KafkaSink::MaxRecordBytes(TopicId topic) const {
  const std::size_t limit = topic < limits_.size() ? limits_[topic] : settings_.max_record_bytes;
  return RecordBytesWithin(std::min(limit, ClientRecordLimit(settings_)));
}

Status KafkaSink::Begin() {
  if (state_ == State::kReady && producer_->end_in_doubt()) SLUICE_TRY(Remake());
  if (state_ != State::kReady) return NeedsReplacement();
  begun_ = true;
  producer_->SendAlone(alone_);
  return Judge(producer_->Begin());
}

Status KafkaSink::Write(const Outbox& outbox) {
  if (state_ != State::kReady) return NeedsReplacement();
  std::size_t bytes = 0;
  for (const OutputRecord& record : outbox.records()) {
    if (Status sent = producer_->Send(record); !sent) return Judge(std::move(sent));
    bytes += record.value.size() + (record.key ? record.key->size() : 0);
  }
  metrics_.sent_records.Add(static_cast<double>(outbox.records().size()));
  metrics_.sent_bytes.Add(static_cast<double>(bytes));
  return Ok();
}

Status KafkaSink::Commit() {
  if (state_ != State::kReady) return NeedsReplacement();
  return Finish(Clock::now());
}

Status KafkaSink::CommitWith(const SealedCheckpoint& checkpoint) {
  if (settings_.delivery != Delivery::kExactlyOnce) {
    return Error{ErrorKind::kFatal, "without transactions the offsets are the source's to commit"};
  }
  if (state_ != State::kReady) return NeedsReplacement();
  const Clock::time_point start = Clock::now();
  // The offsets go to the brokers while the records are still on their way.
  if (!checkpoint.offsets.empty()) SLUICE_TRY(SendOffsets(checkpoint));
  FaultPoint("offsets_sent");
  return Finish(start);
}

Status KafkaSink::SendOffsets(const SealedCheckpoint& checkpoint) {
  rd_kafka_consumer_group_metadata_t* read = nullptr;
  const ErrorHandle unreadable(
      rd_kafka_consumer_group_metadata_read(&read, checkpoint.seal.data(), checkpoint.seal.size()));
  if (unreadable != nullptr) {
    return Error{ErrorKind::kFatal, "the checkpoint is not sealed by a Kafka source: " +
                                        std::string(rd_kafka_error_string(unreadable.get()))};
  }
  const GroupMetadataHandle membership(read);
  const PartitionListHandle offsets = OffsetList(checkpoint.offsets);
  return Judge(producer_->SendOffsets(offsets.get(), membership.get()));
}

Status KafkaSink::Finish(Clock::time_point start) {
  SLUICE_TRY(Judge(producer_->Flush()));
  if (settings_.delivery == Delivery::kExactlyOnce) SLUICE_TRY(Judge(producer_->Commit()));
  begun_ = false;
  metrics_.commit_seconds.Observe(std::chrono::duration<double>(Clock::now() - start).count());
  return Ok();
}

Status KafkaSink::Abort() {
  const bool abort = state_ == State::kReady && begun_;
  begun_ = false;
  if (!abort && state_ != State::kBroken) return Ok();
  Error error = NeedsReplacement();
  if (abort) {
    metrics_.aborts.Increment();
    // A new producer aborts what the old one left, without waiting for records that can't arrive.
    const bool remake = producer_->record_failed() || producer_->topics_in_doubt();
    Status aborted = remake ? Remake() : Judge(producer_->Abort());
    if (aborted.ok()) return aborted;
    if (aborted.error().kind == ErrorKind::kFatal) error.kind = ErrorKind::kFatal;
    error.message = std::move(aborted).error().message;
    if (state_ == State::kMade) return error;
    state_ = State::kBroken;
  }
  // Only the end of its threads makes sure that it borrows no bytes any more.
  producer_.reset();
  return error;
}

Status KafkaSink::Replace() { return state_ == State::kMade ? Open() : Remake(); }

Status KafkaSink::Remake() {
  // A topic that vanished is waited for by name, instead of failing again.
  if (producer_ != nullptr && producer_->topics_in_doubt()) limits_read_ = false;
  if (state_ != State::kClosed) metrics_.recreations.Increment();
  Discard();
  return Open();
}

Status KafkaSink::Judge(Status status) {
  if (status.ok()) return status;
  Error error = std::move(status).error();
  if (error.kind == ErrorKind::kReplaceSink || error.kind == ErrorKind::kFatal ||
      producer_->broken()) {
    state_ = State::kBroken;
  }
  if (state_ == State::kBroken && producer_->fenced()) {
    metrics_.fencings.Increment();
    if (fencings_.Add(Clock::now())) {
      error.kind = ErrorKind::kFatal;
      error.message +=
          "; this is the third fencing within a minute, so another process uses transactional.id " +
          settings_.transactional_id + ": give each process of the group its own instance name";
    }
  }
  return error;
}

void KafkaSink::Discard() {
  producer_.reset();
  begun_ = false;
  state_ = State::kClosed;
}

void KafkaSink::Close() {
  if (state_ == State::kClosed) return;
  if (begun_ && state_ == State::kReady) {
    // Readers wait for an open transaction until it expires; an error changes nothing here.
    static_cast<void>(producer_->Abort());
  }
  Discard();
}

}  // namespace sluice::kafka
