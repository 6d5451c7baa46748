#include "kafka/source_health.h"

#include "kafka/topic_presence.h"

namespace sluice::kafka {
namespace {

constexpr std::chrono::seconds kCheckInterval{1};
/// Short: the caller has to keep its place in the group while it waits.
constexpr std::chrono::seconds kAnswerTime{1};

}  // namespace

Status SourceHealth::Check(rd_kafka_s* consumer) {
  if (!topic_missing_ && !events_.brokers_down()) {
    last_.reset();
    return Ok();
  }
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_check_) {
    last_.reset();
    if (Status status = AskAgain(consumer); !status) {
      last_ = std::move(status).error();
    }
    next_check_ = std::chrono::steady_clock::now() + kCheckInterval;
  }
  if (last_) return *last_;
  return Ok();
}

Status SourceHealth::AskAgain(rd_kafka_s* consumer) {
  Status present = CheckTopicsExist(consumer, settings_.topics, "source", kAnswerTime);
  if (!present) {
    Error error = std::move(present).error();
    if (!events_.last_error().empty()) error.message += " (" + events_.last_error() + ")";
    return error;
  }
  topic_missing_ = false;
  events_.ClearBrokersDown();
  return Ok();
}

}  // namespace sluice::kafka
