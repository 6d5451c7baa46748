#pragma once

#include "config/guarantee.h"
#include "config/pipeline_config.h"
#include "sluice/clock.h"
#include "sluice/finding.h"

namespace sluice {

struct StoreCheck {
  const StoreUse& use;
  double events_per_second = 0;  ///< That come in; 0: not known.
  const Clock& clock;
};

/// Lets each kind of store examine those that the pipelines use; one that several pipelines
/// configure in the same way is examined once.
void ExamineStores(const StoreCheck& check, const PipelineConfig& config, Findings& findings);

}  // namespace sluice
