#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include "sluice/claim_store.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Diverts every event whose key another event has claimed (core.md 7, design.md 5).
///
/// The claim's owner is the event's own position, so that a batch that comes again after a crash
/// or an abort finds its own claims and is not taken for a duplicate of itself.
class Deduplicate final : public Stage {
 public:
  struct Settings {
    Path key;
    std::chrono::seconds ttl;
    Path flags;
    Path flag;
    SideOutputId side_output = 0;
    CounterId unique = 0;
    CounterId duplicate = 0;
  };
  Deduplicate(Settings settings, std::unique_ptr<ClaimStore> store)
      : settings_(std::move(settings)), store_(std::move(store)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override { return store_->Ping(); }
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  void Divert(Batch& batch, Event& event, Reason reason);

  Settings settings_;
  std::unique_ptr<ClaimStore> store_;
  std::vector<Claim> claims_;
  std::vector<ClaimReply> replies_;
};

StageSpec DeduplicateSpec();

}  // namespace sluice::stages
