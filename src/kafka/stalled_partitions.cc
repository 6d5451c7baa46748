#include "kafka/stalled_partitions.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "kafka/errors.h"
#include "kafka/group_offsets.h"

namespace sluice::kafka {
namespace {

constexpr int kLogError = 3;
constexpr int kLogInfo = 6;
/// Short: the caller has to keep its place in the group while it waits.
constexpr std::chrono::seconds kAnswerTime{1};
/// In which a fault that is still there would have shown: several fetches.
constexpr std::chrono::seconds kTrialTime{2};

std::string NameOf(const OwnedPartition& partition) {
  return PartitionName(partition.topic, partition.partition);
}

PartitionListHandle ListOf(const OwnedPartition& partition, std::int64_t offset) {
  return OffsetList({{partition.topic, partition.partition, offset}});
}

bool IsRangeError(int code) { return code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET; }

std::string SetOffsetAdvice(const OwnedPartition& partition, const std::string& group,
                            const std::string& to) {
  return "stop all members of group " + group + " and set its offset (kafka-consumer-groups " +
         "--group " + group + " --topic " + std::string(partition.topic) + ":" +
         std::to_string(partition.partition) + " --reset-offsets " + to + " --execute)";
}

}  // namespace

StalledPartitions::Entry* StalledPartitions::Find(const OwnedPartition& partition) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.partition == partition.partition && entry.topic == partition.topic;
  });
  return found == entries_.end() ? nullptr : &*found;
}

void StalledPartitions::Note(rd_kafka_s* consumer, OwnedPartition& partition, int code,
                             const std::string& text) {
  Entry* entry = Find(partition);
  if (entry != nullptr && partition.held) return;
  if (entry == nullptr) {
    entry = &entries_.emplace_back();
    entry->topic = partition.topic;
    entry->partition = partition.partition;
    events_.Note(code, text);
  }
  entry->code = code;
  partition.stalled = "at offset " + std::to_string(partition.next) + ": " + text + Advice(code);
  if (!IsRangeError(code) && !IsMissingRight(code)) {
    partition.stalled +=
        "; it is tried again, and none of its records is skipped; to go on "
        "without what can't be read, " +
        SetOffsetAdvice(partition, settings_.group, "--to-offset <behind it>");
  }
  Put(consumer, *entry, partition);
}

void StalledPartitions::Put(rd_kafka_s* consumer, Entry& entry, OwnedPartition& partition) {
  partition.held = true;
  entry.on_trial = false;
  entry.next = Clock::now();
  // The range is asked for at once: it is what the operator has to know.
  if (!IsRangeError(entry.code) || entry.explained) entry.next += entry.backoff.Next();
  rd_kafka_pause_partitions(consumer, ListOf(partition, partition.next).get());
}

bool StalledPartitions::Retry(rd_kafka_s* consumer, PartitionTable& partitions) {
  const Clock::time_point now = Clock::now();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    OwnedPartition* partition = partitions.Find(entry.topic, entry.partition);
    const bool over = entry.on_trial && now >= entry.next;
    if (partition != nullptr && now < entry.next) continue;
    if (partition != nullptr && !over) return RetryOne(consumer, entry, *partition);
    if (partition != nullptr) {
      partition->stalled.clear();
      events_.Log(kLogInfo, "RESUMED", NameOf(*partition) + " is read again");
    }
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    return false;
  }
  return false;
}

bool StalledPartitions::RetryOne(rd_kafka_s* consumer, Entry& entry, OwnedPartition& partition) {
  if (Status asked = Ask(consumer, entry, partition); !asked) {
    partition.stalled =
        "at offset " + std::to_string(partition.next) + ": " + std::move(asked).error().message;
    if (!std::exchange(entry.explained, true)) {
      events_.Log(kLogError, "STALLED", NameOf(partition) + " is not read " + partition.stalled);
    }
    entry.next = Clock::now() + entry.backoff.Next();
    return false;
  }
  partition.held = false;
  entry.on_trial = true;
  entry.next = Clock::now() + kTrialTime;
  const PartitionListHandle list = ListOf(partition, partition.next);
  rd_kafka_resume_partitions(consumer, list.get());
  const TopicHandle topic(rd_kafka_topic_new(consumer, entry.topic.c_str(), nullptr));
  // One whose fetcher was stopped can't seek.
  return rd_kafka_seek(topic.get(), entry.partition, partition.next,
                       static_cast<int>(std::chrono::milliseconds(kAnswerTime).count())) !=
         RD_KAFKA_RESP_ERR_NO_ERROR;
}

Status StalledPartitions::Ask(rd_kafka_s* consumer, Entry& entry, OwnedPartition& partition) {
  if (IsRangeError(entry.code)) return AskForRange(consumer, partition);
  if (!IsMissingRight(entry.code)) return Ok();
  // It needs the right that reading needs, and changes nothing; the library would not say again
  // that reading is denied.
  Status committed =
      CommitOffsets(consumer, ListOf(partition, partition.committed).get(), kAnswerTime);
  if (!committed)
    return Error{ErrorKind::kUnavailable, committed.error().message + Advice(entry.code)};
  return Ok();
}

Status StalledPartitions::AskForRange(rd_kafka_s* consumer, OwnedPartition& partition) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  const rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
      consumer, partition.topic.data(), partition.partition, &low, &high,
      static_cast<int>(std::chrono::milliseconds(kAnswerTime).count()));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{ErrorKind::kUnavailable, "asking for its first and last offset: " + CodeText(err)};
  }
  // Nothing is left to be read, nor to be skipped: markers of transactions and aborted records,
  // mostly, which the broker has thrown away since.
  if (low == high && partition.next < low) {
    events_.Log(kLogInfo, "EMPTY",
                NameOf(partition) + " is empty: it is read on from its end " + std::to_string(low) +
                    ", the committed offset is " + std::to_string(partition.committed));
    partition.ReachedEnd(low);
  }
  if (partition.next >= low && partition.next <= high) return Ok();
  const std::string range = std::to_string(low) + ".." + std::to_string(high);
  const std::string why = partition.next < low ? "its records up to " + std::to_string(low) +
                                                     " were deleted before they were read"
                                               : "the topic was shortened or made anew";
  return Error{ErrorKind::kUnavailable,
               "the partition holds " + range + ", " + why + "; to go on without them, " +
                   SetOffsetAdvice(partition, settings_.group, "--to-earliest")};
}

}  // namespace sluice::kafka
