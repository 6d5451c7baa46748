#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sluice/lookup_store.h"
#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/check_audit/audit_event.h"

namespace sluice::stages {

/// Puts the organisation of the user into audit events that are no work orders
/// (cb-preprocessor.md 3, rule 4).
class CorrectOrganisation final : public Stage {
 public:
  /// `store_name` is its name in the configuration, for errors.
  CorrectOrganisation(FailedAudits failed, std::unique_ptr<LookupStore> users,
                      std::string store_name)
      : failed_(failed), users_(std::move(users), std::move(store_name)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override { return users_.Ping(); }
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override { users_.Cancel(); }

 private:
  FailedAudits failed_;
  /// An event whose user is of another type is an entry that asks for nothing.
  Requests<LookupStore, Event*> users_;
};

StageSpec CorrectOrganisationSpec();

}  // namespace sluice::stages
