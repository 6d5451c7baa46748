#pragma once

#include <cstdint>
#include <string>

#include "sluice/clock.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/assessment/failed_assessment.h"

namespace sluice::stages {

/// Asks for the certificate of each assessment's user (assessment-aggregator.md 6), where the way
/// of the assessment ends. What is random in the original comes of the event's position, and so is
/// the same at every replay.
class RequestCertificate final : public Stage {
 public:
  struct Settings {
    FailedAssessments failed;
    TopicId topic = 0;
    CounterId requested = 0;
  };
  RequestCertificate(const Settings& settings, const Clock& clock)
      : settings_(settings), clock_(clock) {}

  Status Finish(Batch& batch) override;

 private:
  void Request(Batch& batch, Event& assessment);

  Settings settings_;
  const Clock& clock_;
};

StageSpec RequestCertificateSpec();

}  // namespace sluice::stages
