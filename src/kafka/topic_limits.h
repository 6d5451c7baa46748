#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "kafka/handles.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// max.message.bytes of each topic, in their order; `fallback` where ACLs or the broker's version
/// do not let us read it. kUnavailable names topics that do not exist, or says who did not answer.
Result<std::vector<std::size_t>> ReadTopicLimits(rd_kafka_s* client,
                                                 const std::vector<std::string>& topics,
                                                 std::size_t fallback,
                                                 std::chrono::milliseconds timeout);

/// What is left for value, key and headers in a set of records of `topic_limit` bytes.
std::size_t RecordBytesWithin(std::size_t topic_limit);

}  // namespace sluice::kafka
