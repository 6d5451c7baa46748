#pragma once

#include <cstddef>

#include "sluice/batch.h"
#include "sluice/spec.h"
#include "sluice/value.h"

namespace sluice::stages {

/// What the stages of the extractor take for a batch of events (telemetry-extractor.md B.3, B.4).

/// Why the batch has no key: `params` or its `msgid` are of another type; nullptr if they are not.
Reason FaultOfParams(const Document& batch);

/// Why nothing of the batch can be extracted; nullptr if `events`, of which there may be
/// `max_events`, and `syncts` are as they must be. A single event is no batch.
Reason FaultOfMembers(const Document& batch, std::size_t max_events);

/// True for what can become an event: an object whose eid, if it has one, is a string, with no
/// number that no double holds. The batch must have been read as one (JsonReader::Form::kBatch).
bool IsWellFormedElement(Value element);

/// True if anything of the batch is not as it must be, so that its key is not to be claimed.
bool HasFault(const Document& batch, std::size_t max_events);

/// The key `max_events` of the stages that take batches.
FieldSpec MaxEventsField();

/// Where batches go that can't be extracted, or not whole.
struct FailedBatches {
  SideOutputId side_output = 0;
  CounterId counter = 0;

  /// Diverts the batch as the text that it came as, U+FFFD in place of what is no UTF-8.
  void Take(Batch& batch, Event& event, Reason reason) const;
};

}  // namespace sluice::stages
