#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/lookup_store.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/check_audit/audit_event.h"

namespace sluice::stages {

/// Puts the organisation of the user into audit events that are no work orders
/// (cb-preprocessor.md 3, rule 4).
class CorrectOrganisation final : public Stage {
 public:
  CorrectOrganisation(FailedAudits failed, std::unique_ptr<LookupStore> users)
      : failed_(failed), users_(std::move(users)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override { return users_->Ping(); }
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override { users_->Cancel(); }

 private:
  FailedAudits failed_;
  std::unique_ptr<LookupStore> users_;
  std::vector<Lookup> lookups_;
  std::vector<LookupReply> replies_;
};

StageSpec CorrectOrganisationSpec();

}  // namespace sluice::stages
