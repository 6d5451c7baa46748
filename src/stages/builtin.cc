#include "stages/builtin.h"

#include "stages/check_batch/check_batch.h"
#include "stages/correct_telemetry/correct_telemetry.h"
#include "stages/deduplicate/deduplicate.h"
#include "stages/extract_events/extract_events.h"
#include "stages/flatten_share/flatten_share.h"
#include "stages/redact_answers/redact_answers.h"
#include "stages/route/route.h"
#include "stages/set_hub/set_hub.h"
#include "stages/validate_telemetry/validate_telemetry.h"

namespace sluice {

Status RegisterBuiltinStages(StageRegistry& registry) {
  SLUICE_TRY(registry.Add(stages::ValidateTelemetrySpec()));
  SLUICE_TRY(registry.Add(stages::CorrectTelemetrySpec()));
  SLUICE_TRY(registry.Add(stages::DeduplicateSpec()));
  SLUICE_TRY(registry.Add(stages::SetHubSpec()));
  SLUICE_TRY(registry.Add(stages::FlattenShareSpec()));
  SLUICE_TRY(registry.Add(stages::CheckBatchSpec()));
  SLUICE_TRY(registry.Add(stages::ExtractEventsSpec()));
  SLUICE_TRY(registry.Add(stages::RedactAnswersSpec()));
  SLUICE_TRY(registry.Add(stages::RouteSpec()));
  return Ok();
}

}  // namespace sluice
