#pragma once

#include "config/pipeline_config.h"

namespace sluice {

/// The store as it is, or in its place one in memory, empty at first, where it needs a server; rows
/// that are written to it are gone.
StoreConfig Offline(StoreConfig store);

/// The same pipelines on stores that need no server. Files are read as they will be.
PipelineConfig Offline(PipelineConfig pipeline);

}  // namespace sluice
