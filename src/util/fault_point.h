#pragma once

namespace sluice {

/// A named place in the life of a transaction where a test can end the process.
///
/// SLUICE_FAULT_POINT=<name>[:<n>] kills it (SIGKILL) when it comes by for the n-th time (1 by
/// default). Without the variable a call costs one load. Names: collected, claimed, begun, written,
/// offsets_sent, outputs_committed, committed; of stages that write to stores: content_written,
/// dial_codes_written, users_written, device_hashes_written, rating_marked, rating_half_written,
/// rating_written, assessments_marked, assessments_stored, scores_aggregated.
void FaultPoint(const char* name);

}  // namespace sluice
