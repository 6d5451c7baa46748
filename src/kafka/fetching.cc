#include "kafka/fetching.h"

#include <librdkafka/rdkafka.h>

#include <utility>

#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

constexpr int kSeekTimeMs = 5'000;

}  // namespace

void Fetching::Pause(rd_kafka_s* consumer) {
  if (paused_ || partitions_.empty()) return;
  rd_kafka_pause_partitions(consumer, partitions_.List().get());
  paused_ = true;
}

Status Fetching::Resume(rd_kafka_s* consumer) {
  // The library resumes from a position of its own, which before 2.4 may be another one.
  return paused_ ? Restart(consumer) : Ok();
}

Status Fetching::Restart(rd_kafka_s* consumer) {
  if (std::exchange(paused_, false)) {
    rd_kafka_resume_partitions(consumer, partitions_.List(PartitionTable::Which::kNotHeld).get());
  }
  return Seek(consumer);
}

Status Fetching::Seek(rd_kafka_s* consumer) {
  const PartitionListHandle list = partitions_.List(PartitionTable::Which::kNotHeld);
  // One by one: seek_partitions of librdkafka before 2.1 waits for a thousandth of its time-out.
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& to = list->elems[i];
    const TopicHandle topic(rd_kafka_topic_new(consumer, to.topic, nullptr));
    const rd_kafka_resp_err_t err =
        rd_kafka_seek(topic.get(), to.partition, to.offset, kSeekTimeMs);
    // A partition whose fetcher does not run yet can't seek, but can be started elsewhere.
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) return StartAnew(consumer);
  }
  return Ok();
}

Status Fetching::StartAnew(rd_kafka_s* consumer) {
  const rd_kafka_resp_err_t err = rd_kafka_assign(consumer, partitions_.List().get());
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return Ok();
  return Error{ErrorKind::kUnavailable, "starting the partitions anew: " + CodeText(err)};
}

void Fetching::ResumeForGood(rd_kafka_s* consumer) {
  rd_kafka_resume_partitions(consumer, partitions_.List().get());
  paused_ = false;
}

}  // namespace sluice::kafka
