#include "kafka/errors.h"

#include <librdkafka/rdkafka.h>

#include <array>

namespace sluice::kafka {
namespace {

rd_kafka_resp_err_t ErrorCode(int code) { return static_cast<rd_kafka_resp_err_t>(code); }

/// What no replay and no new producer mends: an operator must change a right or a setting.
bool NeedsOperator(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__NOT_CONFIGURED:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return true;
    default:
      return false;
  }
}

/// The outcome is unknown, or the producer is in a state that none of our calls leads out of.
bool NeedsNewProducer(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__STATE:
    case RD_KAFKA_RESP_ERR__CONFLICT:
    case RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__INCONSISTENT:
    case RD_KAFKA_RESP_ERR__OUTDATED:
    case RD_KAFKA_RESP_ERR__DESTROY:
      return true;
    default:
      return false;
  }
}

}  // namespace

CallFailure Describe(rd_kafka_s* client, ErrorHandle error) {
  CallFailure failure;
  failure.code = rd_kafka_error_code(error.get());
  failure.fatal = rd_kafka_error_is_fatal(error.get()) != 0;
  failure.abortable = rd_kafka_error_txn_requires_abort(error.get()) != 0;
  failure.retriable = rd_kafka_error_is_retriable(error.get()) != 0;
  failure.text = rd_kafka_error_string(error.get());
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client, text.data(), text.size());
  if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
    failure.fatal = true;
    failure.code = cause;
    failure.text = text.data();
  }
  return failure;
}

ErrorKind KindOf(const CallFailure& failure, ProducerCall call) {
  if (IsFencing(failure.code)) return ErrorKind::kReplaceSink;
  if (failure.code == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT) {
    return ErrorKind::kInvalidConfig;
  }
  if (NeedsOperator(failure.code)) return ErrorKind::kFatal;
  // librdkafka: "no way for a producer instance to recover from fatal errors".
  if (failure.fatal) return ErrorKind::kReplaceSink;
  if (failure.abortable) return ErrorKind::kAbortTransaction;
  if (call == ProducerCall::kInit) {
    // Nothing was written yet, and init_transactions may be called again on the same producer.
    if (failure.retriable || NeedsNewProducer(failure.code)) return ErrorKind::kUnavailable;
    return ErrorKind::kFatal;
  }
  if (call == ProducerCall::kProduce) {
    // __STATE: an earlier record or request made the transaction fail.
    if (failure.code == RD_KAFKA_RESP_ERR__QUEUE_FULL || failure.code == RD_KAFKA_RESP_ERR__STATE) {
      return ErrorKind::kAbortTransaction;
    }
    const ErrorKind kind = KindOfDelivery(failure.code);
    if (kind == ErrorKind::kRefused || IsMissingTopic(failure.code)) return kind;
  }
  if (failure.retriable || NeedsNewProducer(failure.code)) return ErrorKind::kReplaceSink;
  return ErrorKind::kFatal;
}

ErrorKind KindOfDelivery(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return ErrorKind::kRefused;
    default:
      return IsFencing(code) ? ErrorKind::kReplaceSink : ErrorKind::kAbortTransaction;
  }
}

ErrorKind KindOfConsumerError(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
      return ErrorKind::kDiscard;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return ErrorKind::kFatal;
    // The library steps over a set of records that it can't read: fetch it again instead.
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
      return ErrorKind::kAbortTransaction;
    default:
      return ErrorKind::kUnavailable;
  }
}

bool IsFencing(int code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool IsMissingTopic(int code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

std::string CodeName(int code) { return rd_kafka_err2name(ErrorCode(code)); }

std::string CodeText(int code) { return rd_kafka_err2str(ErrorCode(code)); }

bool FencingLog::Add(Time now) {
  constexpr std::chrono::minutes kWindow{1};
  constexpr std::size_t kTooMany = 3;
  times_.push_back(now);
  while (now - times_.front() > kWindow) times_.pop_front();
  return times_.size() >= kTooMany;
}

}  // namespace sluice::kafka
