#include "kafka/errors.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <ctime>

namespace sluice::kafka {
namespace {

rd_kafka_resp_err_t ErrorCode(int code) { return static_cast<rd_kafka_resp_err_t>(code); }

/// What no replay, no new producer and no waiting mends.
bool NeedsOperator(int code) {
  switch (code) {
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
  if (IsMissingRight(failure.code)) return ErrorKind::kUnavailable;
  // librdkafka: "no way for a producer instance to recover from fatal errors".
  if (failure.fatal) return ErrorKind::kReplaceSink;
  if (failure.abortable) return ErrorKind::kAbortTransaction;
  // Nothing was written yet, and init_transactions may be called again on the same producer.
  if (call == ProducerCall::kInit) return ErrorKind::kUnavailable;
  if (call == ProducerCall::kProduce) {
    // __STATE: an earlier record or request made the transaction fail.
    if (failure.code == RD_KAFKA_RESP_ERR__QUEUE_FULL || failure.code == RD_KAFKA_RESP_ERR__STATE) {
      return ErrorKind::kAbortTransaction;
    }
    const ErrorKind kind = KindOfDelivery(failure.code);
    if (kind != ErrorKind::kAbortTransaction || IsMissingTopic(failure.code)) return kind;
  }
  // The outcome is unknown, or the producer is in a state that none of our calls leads out of.
  return ErrorKind::kReplaceSink;
}

ErrorKind KindOfDelivery(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return ErrorKind::kRefused;
    // Every record would meet it: the client library stamps them with the time of this host.
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return ErrorKind::kUnavailable;
    default:
      if (IsMissingRight(code)) return ErrorKind::kUnavailable;
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
    default:
      return ErrorKind::kUnavailable;
  }
}

std::string Advice(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return "; give its user the right to Read and Describe source topics, to Write and Describe "
             "sink topics (kafka-acls --add), sluice goes on by itself";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return "; give its user the right to Read the group (kafka-acls --add --group), sluice goes "
             "on by itself";
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return "; give its user the right to Write and Describe the transactional.id (kafka-acls "
             "--add --transactional-id), sluice goes on by itself";
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP: {
      const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
      std::array<char, 32> text{};
      std::tm utc{};
      std::strftime(text.data(), text.size(), "%FT%H:%MZ", gmtime_r(&now, &utc));
      return std::string("; the clock of this host says ") + text.data() +
             ", which is more away from the broker's than message.timestamp.after.max.ms or "
             "before.max.ms of the topic allows: set the clock right, sluice goes on by itself";
    }
    default:
      return {};
  }
}

bool IsMissingRight(int code) {
  return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

bool IsUnreachable(int code) {
  return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
         code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__RESOLVE ||
         code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT;
}

bool IsTooLarge(int code) {
  return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
         code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE;
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
