#pragma once

#include <cstdint>

#include "sluice/batch.h"
#include "stages/denormalize/reference_data.h"

namespace sluice::stages {

/// How often a kind of reference data was asked for, and with what outcome.
struct HitCounters {
  CounterId total = 0;
  CounterId hit = 0;
  CounterId miss = 0;

  void Count(Batch& batch, bool found) const {
    batch.Count(total);
    batch.Count(found ? hit : miss);
  }
};

struct EnrichmentCounters {
  HitCounters device;
  HitCounters user;
  HitCounters dialcode;
  HitCounters content;
  HitCounters location;
  CounterId unreadable = 0;  ///< Cached values that could not be read.
};

/// The steps of de-normalization.md 10, each on one event.

/// An `ets` after the end of the day of `now_ms` (UTC) becomes that end.
void ClampEts(Document& doc, std::int64_t now_ms);
void AddDevice(Document& doc, const ReferenceRecord& device);
void AddUser(Document& doc, const ReferenceRecord& user);
void AddDialcode(Document& doc, const ReferenceRecord& dialcode);
void AddContent(Document& doc, const ReferenceRecord& content);
void AddCollection(Document& doc, const ReferenceRecord& collection);
void AddL2(Document& doc, const ReferenceRecord& content);
/// From what the event has by now; false if it has no location.
bool AddLocation(Document& doc);

}  // namespace sluice::stages
