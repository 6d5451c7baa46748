#pragma once

#include <string>

#include "sluice/clock.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Corrects federated actor ids and dial codes and fills in channel, syncts and @timestamp
/// (pipeline-preprocessor.md 3.4 and 3.5.3-5).
class CorrectTelemetry final : public Stage {
 public:
  CorrectTelemetry(std::string default_channel, const Clock& clock)
      : default_channel_(std::move(default_channel)), clock_(clock) {}

  Status Finish(Batch& batch) override;

 private:
  void SetDefaultChannel(Document& doc) const;
  void SetInstants(Document& doc, Arena& arena) const;

  std::string default_channel_;
  const Clock& clock_;
};

StageSpec CorrectTelemetrySpec();

}  // namespace sluice::stages
