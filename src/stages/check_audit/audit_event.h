#pragma once

#include <string_view>

#include "sluice/batch.h"
#include "sluice/document.h"

namespace sluice::stages {

/// What the stages of the cb-preprocessor know of an audit event (cb-preprocessor.md 3).

/// True if `edata.cb_object.type` is exactly WorkOrder.
bool IsWorkOrder(const Document& audit);

/// The value of the user's id: `uid`, else `actor.id`; absent where the event has neither.
Value UserOf(const Document& audit);

/// Where audit events go of which something can't be used.
struct FailedAudits {
  SideOutputId side_output = 0;
  CounterId counter = 0;

  /// Diverts the event with `text`, which says what is wrong, in its metadata.
  void Take(Batch& batch, Event& event, Reason reason, std::string_view text) const;
};

}  // namespace sluice::stages
