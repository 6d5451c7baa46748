#include "kafka/source_health.h"

#include <librdkafka/rdkafka.h>

#include "kafka/errors.h"
#include "kafka/topic_presence.h"

namespace sluice::kafka {
namespace {

constexpr std::chrono::seconds kCheckInterval{1};
/// Short: the caller has to keep its place in the group while it waits.
constexpr std::chrono::seconds kAnswerTime{1};

}  // namespace

void SourceHealth::NoteOutOfRange(std::string_view topic, std::int32_t partition) {
  out_of_range_ = PartitionName{std::string(topic), partition};
}

Status SourceHealth::Check(rd_kafka_s* consumer, PartitionTable& partitions, bool& restart) {
  if (!topic_missing_ && !out_of_range_ && !events_.brokers_down()) {
    last_.reset();
    return Ok();
  }
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_check_) {
    last_.reset();
    if (Status status = AskAgain(consumer, partitions, restart); !status) {
      last_ = std::move(status).error();
    }
    next_check_ = std::chrono::steady_clock::now() + kCheckInterval;
  }
  if (last_) return *last_;
  return Ok();
}

Status SourceHealth::AskAgain(rd_kafka_s* consumer, PartitionTable& partitions, bool& restart) {
  Status present = CheckTopicsExist(consumer, settings_.topics, "source", kAnswerTime);
  if (!present) {
    Error error = std::move(present).error();
    if (!events_.last_error().empty()) error.message += " (" + events_.last_error() + ")";
    return error;
  }
  topic_missing_ = false;
  events_.ClearBrokersDown();
  if (out_of_range_) return CheckRange(consumer, partitions, restart);
  return Ok();
}

Status SourceHealth::CheckRange(rd_kafka_s* consumer, PartitionTable& partitions, bool& restart) {
  const OwnedPartition* owned = partitions.Find(out_of_range_->topic, out_of_range_->partition);
  if (owned == nullptr) {
    out_of_range_.reset();
    return Ok();
  }
  std::int64_t low = 0;
  std::int64_t high = 0;
  const std::string name = std::string(owned->topic) + "[" + std::to_string(owned->partition) + "]";
  const rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
      consumer, owned->topic.data(), owned->partition, &low, &high,
      static_cast<int>(std::chrono::milliseconds(kAnswerTime).count()));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{ErrorKind::kUnavailable,
                 "asking for the first and last offset of " + name + ": " + CodeText(err)};
  }
  if (owned->next >= low && owned->next <= high) {
    out_of_range_.reset();
    restart = true;
    return Ok();
  }
  const std::string offset = std::to_string(owned->next);
  const std::string range = std::to_string(low) + ".." + std::to_string(high);
  const std::string why = owned->next < low ? "its records up to " + std::to_string(low) +
                                                  " were deleted before they were read"
                                            : "the topic was shortened or made anew";
  return Error{ErrorKind::kUnavailable,
               "reading " + name + " at offset " + offset + ": the partition holds " + range +
                   ", " + why + "; to go on without them, stop all members of group " +
                   settings_.group + " and set its offset (kafka-consumer-groups --group " +
                   settings_.group + " --topic " + std::string(owned->topic) + ":" +
                   std::to_string(owned->partition) + " --reset-offsets --to-earliest --execute)"};
}

}  // namespace sluice::kafka
