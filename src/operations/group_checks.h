#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kafka/settings.h"
#include "operations/lag.h"
#include "sluice/finding.h"

namespace sluice {

/// What a group's state is judged by.
struct GroupDemands {
  std::string file;      ///< For the advice.
  std::string pipeline;  ///< Members of this one are its own daemons.
  kafka::OffsetReset reset = kafka::OffsetReset::kEarliest;
  int workers = 1;
  std::map<std::string, std::int64_t> retention_ms = {};  ///< By topic, where it is known.
};

/// Examines members, committed offsets and lag, without a network.
void CheckGroup(const LagReport& report, const GroupDemands& demands, Findings& findings);

}  // namespace sluice
