#pragma once

#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/check_audit/audit_event.h"

namespace sluice::stages {

/// Diverts audit events whose mid or device is no string, and marks those whose user is none, so
/// that their key is not claimed (CB-3).
///
/// The user is left to correct_organisation: where another event has the key, the event is a
/// duplicate whatever else it is.
class CheckAudit final : public Stage {
 public:
  explicit CheckAudit(FailedAudits failed) : failed_(failed) {}

  Status Finish(Batch& batch) override;

 private:
  void Check(Batch& batch, Event& event) const;

  FailedAudits failed_;
};

StageSpec CheckAuditSpec();

}  // namespace sluice::stages
