#pragma once

namespace sluice {

/// A named place in the life of a transaction where a test can end the process.
///
/// SLUICE_FAULT_POINT=<name>[:<n>] kills it (SIGKILL) when it comes by for the n-th time (1 by
/// default). Without the variable a call costs one load. Names: collected, claimed, begun, written,
/// offsets_sent, outputs_committed, committed;
/// of the stages that write to stores: content_written, dial_codes_written, users_written.
void FaultPoint(const char* name);

}  // namespace sluice
