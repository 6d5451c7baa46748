#pragma once

#include "sluice/finding.h"
#include "sluice/store_spec.h"

namespace sluice {

/// StoreSpec::examine of Redis: login, database, role, rights to claim and to read, eviction,
/// persistence, memory, and the clock. Nothing is written: the claim that it tries is refused for
/// its time to live.
Findings ExamineRedis(const ConfigNode& node, const StoreContext& context,
                      const StoreDemand& demand);

}  // namespace sluice
