#pragma once

#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Sets context.hub from context.env (pipeline-preprocessor.md 3.8).
class SetHub final : public Stage {
 public:
  Status Finish(Batch& batch) override;
};

StageSpec SetHubSpec();

}  // namespace sluice::stages
