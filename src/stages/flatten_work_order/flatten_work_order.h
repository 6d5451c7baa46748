#pragma once

#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/check_audit/audit_event.h"

namespace sluice::stages {

/// Makes events of the officers and items of work orders (cb-preprocessor.md 3 and 4).
///
/// A work order of which something can't be used gives rows of the rest, and is diverted itself
/// (CB-4). What a route has emitted before ends here, so that only rows meet the routes behind: an
/// audit event may have the eid of a row.
class FlattenWorkOrder final : public Stage {
 public:
  explicit FlattenWorkOrder(FailedAudits failed) : failed_(failed) {}

  Status Finish(Batch& batch) override;

 private:
  void Flatten(Batch& batch, Event& order) const;

  FailedAudits failed_;
};

StageSpec FlattenWorkOrderSpec();

}  // namespace sluice::stages
