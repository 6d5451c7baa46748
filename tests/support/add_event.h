#pragma once

#include <new>
#include <string_view>

#include "codec/json_reader.h"
#include "engine/engine_access.h"
#include "sluice/batch.h"

namespace sluice {

/// Adds the event of a record to a batch as the engine does; a null value is unreadable. The bytes
/// of the record must last as long as the batch.
inline Event& AddEvent(Batch& batch, const Record& record,
                       JsonReader::Form form = JsonReader::Form::kEvent) {
  Event& event =
      EngineAccess::Add(batch, *new (batch.arena().Allocate(sizeof(Record))) Record(record));
  Reason reason = unreadable::kNullRecord;
  if (record.value) {
    reason = JsonReader().Read(*record.value, batch.arena(), event.edit(), form);
  } else {
    JsonReader::MakeEmpty(batch.arena(), event.edit());
  }
  if (reason != nullptr) EngineAccess::MarkUnreadable(event, reason);
  return event;
}

}  // namespace sluice
