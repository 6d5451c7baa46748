#pragma once

#include "config/pipeline_config.h"

namespace sluice {

/// The same pipelines on stores that need no server: what Redis would hold is in memory, and empty
/// at first. Files are read as they will be.
PipelineConfig Offline(PipelineConfig pipeline);

}  // namespace sluice
