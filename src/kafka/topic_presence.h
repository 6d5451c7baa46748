#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "kafka/handles.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Ok if all topics exist. kUnavailable names those that are missing or hidden by ACLs, or says
/// that no broker answered within `timeout`; `use` is the reason to ask, such as "source".
Status CheckTopicsExist(rd_kafka_s* client, const std::vector<std::string>& topics,
                        const std::string& use, std::chrono::milliseconds timeout);

}  // namespace sluice::kafka
