#pragma once

#include "kafka/settings.h"

namespace sluice {

/// librdkafka's log lines through spdlog: one line per second and facility, with a count of those
/// that were left out.
kafka::LogSink MakeKafkaLog();

}  // namespace sluice
