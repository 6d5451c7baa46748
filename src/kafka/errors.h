#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

#include "kafka/handles.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// The calls on a producer whose failures have different ways out.
enum class ProducerCall : std::uint8_t { kInit, kBegin, kProduce, kSendOffsets, kCommit, kAbort };

/// What the library says about a failed call. Codes are librdkafka's (rd_kafka_resp_err_t).
struct CallFailure {
  int code = 0;
  bool fatal = false;
  bool abortable = false;  ///< The transaction must be aborted.
  bool retriable = false;
  std::string text;
};

/// Reads and frees an error of the library. For a fatal one, code and text are those of its cause.
CallFailure Describe(rd_kafka_s* client, ErrorHandle error);

/// The one place where a producer's errors become ours; `failure.retriable` counts as used up.
ErrorKind KindOf(const CallFailure& failure, ProducerCall call);
/// The kind of a record's failed delivery.
ErrorKind KindOfDelivery(int code);
/// The kind of an error that a consumer's poll or commit reports.
ErrorKind KindOfConsumerError(int code);

/// What the operator can do about a code, to put behind the message: "; grant Write on the topic";
/// empty where the code speaks for itself.
std::string Advice(int code);

/// True if a right is missing: an operator must give it (back).
bool IsMissingRight(int code);
/// True if no broker gave an answer.
bool IsUnreachable(int code);
/// True if a record is refused for its size.
bool IsTooLarge(int code);
/// True if another producer, or the broker after a stall, took the transactional.id away.
bool IsFencing(int code);
/// True if the topic or partition does not exist (any more).
bool IsMissingTopic(int code);

/// "UNKNOWN_TOPIC_OR_PART": bounded, fit for a metric label.
std::string CodeName(int code);
/// "Broker: Unknown topic or partition".
std::string CodeText(int code);

/// Tells a stall from a second process with the same transactional.id: three fencings within a
/// minute are no accident.
class FencingLog {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// True if this one makes three within a minute.
  bool Add(Time now);

 private:
  std::deque<Time> times_;
};

}  // namespace sluice::kafka
