#include "stages/builtin.h"

#include "stages/aggregate_scores/aggregate_scores.h"
#include "stages/apply_rating/apply_rating.h"
#include "stages/cache_dial_codes/cache_dial_codes.h"
#include "stages/check_audit/check_audit.h"
#include "stages/check_batch/check_batch.h"
#include "stages/check_leaf_node/check_leaf_node.h"
#include "stages/check_question_count/check_question_count.h"
#include "stages/correct_organisation/correct_organisation.h"
#include "stages/correct_telemetry/correct_telemetry.h"
#include "stages/deduplicate/deduplicate.h"
#include "stages/denormalize/denormalize.h"
#include "stages/divert_unreadable/divert_unreadable.h"
#include "stages/extract_events/extract_events.h"
#include "stages/filter_events/filter_events.h"
#include "stages/flatten_share/flatten_share.h"
#include "stages/flatten_work_order/flatten_work_order.h"
#include "stages/merge_content/merge_content.h"
#include "stages/redact_answers/redact_answers.h"
#include "stages/request_certificate/request_certificate.h"
#include "stages/route/route.h"
#include "stages/set_hub/set_hub.h"
#include "stages/store_assessment/store_assessment.h"
#include "stages/update_device/update_device.h"
#include "stages/update_user/update_user.h"
#include "stages/validate_druid/validate_druid.h"
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
  SLUICE_TRY(registry.Add(stages::DivertUnreadableSpec()));
  SLUICE_TRY(registry.Add(stages::ValidateDruidSpec()));
  SLUICE_TRY(registry.Add(stages::CheckAuditSpec()));
  SLUICE_TRY(registry.Add(stages::CorrectOrganisationSpec()));
  SLUICE_TRY(registry.Add(stages::FlattenWorkOrderSpec()));
  SLUICE_TRY(registry.Add(stages::FilterEventsSpec()));
  SLUICE_TRY(registry.Add(stages::DenormalizeSpec()));
  SLUICE_TRY(registry.Add(stages::MergeContentSpec()));
  SLUICE_TRY(registry.Add(stages::CacheDialCodesSpec()));
  SLUICE_TRY(registry.Add(stages::UpdateDeviceSpec()));
  SLUICE_TRY(registry.Add(stages::ApplyRatingSpec()));
  SLUICE_TRY(registry.Add(stages::CheckLeafNodeSpec()));
  SLUICE_TRY(registry.Add(stages::CheckQuestionCountSpec()));
  SLUICE_TRY(registry.Add(stages::StoreAssessmentSpec()));
  SLUICE_TRY(registry.Add(stages::AggregateScoresSpec()));
  SLUICE_TRY(registry.Add(stages::RequestCertificateSpec()));
  SLUICE_TRY(registry.Add(stages::UpdateUserSpec()));
  SLUICE_TRY(registry.Add(stages::RouteSpec()));
  return Ok();
}

}  // namespace sluice
