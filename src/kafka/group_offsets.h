#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "kafka/handles.h"
#include "kafka/settings.h"
#include "sluice/checkpoint.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// "telemetry.raw[3]", for messages.
std::string PartitionName(std::string_view topic, std::int32_t partition);

/// "telemetry.raw[3] at 17, telemetry.raw[4] at 0", for the log.
std::string PlacesOf(const rd_kafka_topic_partition_list_s* list);

/// The checkpoint in the library's form.
PartitionListHandle OffsetList(const Checkpoint& checkpoint);

/// Fills in the offset at which each partition of `list` starts: the group's committed offset, or
/// one from `reset` where there is none. The latter are committed before this returns, so that
/// going back to the committed offset can never skip a record.
/// Behind `known`, which this member has committed itself since it owns the partitions, it never
/// goes back: Kafka 3.9 can forget the offset of a transaction until the group's coordinator
/// changes. kUnavailable: not answered in time, no committed offset and `reset` is kError, ...;
/// kDiscard: the group has moved on, the assignment is void.
Status ResolveStartOffsets(rd_kafka_s* consumer, rd_kafka_topic_partition_list_s* list,
                           OffsetReset reset, std::chrono::milliseconds timeout,
                           const Checkpoint& known = {});

/// Commits through the consumer and waits for the answer. Errors as above.
Status CommitOffsets(rd_kafka_s* consumer, const rd_kafka_topic_partition_list_s* offsets,
                     std::chrono::milliseconds timeout);

}  // namespace sluice::kafka
