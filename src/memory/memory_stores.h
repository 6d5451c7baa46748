#pragma once

#include "sluice/store_spec.h"

namespace sluice {

/// A store `{ memory: ... }`: MemoryClaims, a MemoryTable, and reference data without any key.
StoreSpec MemoryStoreSpec();

}  // namespace sluice
