#pragma once

#include <cstddef>

#include "kafka/handles.h"
#include "kafka/settings.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Configurations of the clients: our defaults, then the options passed through, then what we own.
/// kInvalidConfig names the option that CheckOptions or the library refuses.
Result<ConfHandle> ConsumerConf(const KafkaSourceSettings& settings);
/// `smallest_topic_limit`: no set of records may exceed what the topic with the lowest
/// max.message.bytes takes, since the broker would refuse all of them.
Result<ConfHandle> ProducerConf(const KafkaSinkSettings& settings,
                                std::size_t smallest_topic_limit);
/// A client that only asks for metadata and topic settings.
Result<ConfHandle> AdminConf(const KafkaSinkSettings& settings);

/// Largest record that the client itself lets pass, whatever the topic takes.
std::size_t ClientRecordLimit(const KafkaSinkSettings& settings);

}  // namespace sluice::kafka
