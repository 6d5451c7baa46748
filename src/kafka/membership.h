#pragma once

#include <string>

#include "kafka/handles.h"

namespace sluice::kafka {

/// The consumer's place in its group now, as rd_kafka_consumer_group_metadata_write writes it, for
/// the brokers to check offsets against. Empty while it has none: without a member id or with a
/// generation below 0 the brokers would check nothing.
std::string MembershipOf(rd_kafka_s* consumer);

/// The same of such bytes: the generation, or -1 if they hold none.
int GenerationOf(const std::string& membership);

}  // namespace sluice::kafka
