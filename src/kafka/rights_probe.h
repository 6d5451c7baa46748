#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "kafka/settings.h"
#include "sluice/metrics.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Asks the brokers for a producer id of `settings.transactional_id`, as a worker does at start: it
/// needs Write on the id, a transaction time-out that the brokers allow, and a coordinator. Takes
/// the id away from whoever uses it, so give one of your own.
/// kInvalidConfig: the brokers refuse it; kUnavailable: no answer.
Status TryTransactions(const KafkaSinkSettings& settings, MetricsRegistry& metrics);

/// Whether this login may write to each of the topics: sends to each one record that is larger than
/// the topic takes (its max.message.bytes, the map's value), so that it is refused for a missing
/// right or for its size, and never written. Compressed by nobody on the way.
/// The statuses are by topic, errors as above; topics that take more than kMostProbed are left out.
constexpr std::size_t kMostProbed = std::size_t{8} << 20;
Result<std::map<std::string, Status>> TryWrites(const KafkaSinkSettings& settings,
                                                const std::map<std::string, std::size_t>& limits,
                                                MetricsRegistry& metrics);

}  // namespace sluice::kafka
