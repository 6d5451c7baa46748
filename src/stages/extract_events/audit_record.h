#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sluice/event.h"

namespace sluice::stages {

/// Appends the audit record of an extracted batch of `count` elements (telemetry-extractor.md B.4).
///
/// What is random in the original comes of the batch's position, and so is the same at every
/// replay.
void AppendAuditRecord(std::string& json, const Event& batch, std::size_t count,
                       std::int64_t now_ms);

}  // namespace sluice::stages
