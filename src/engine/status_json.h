#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/status.h"

namespace sluice {

/// What does not change while a process runs.
struct ProcessStatus {
  std::string version;
  std::string pipeline;
  std::string delivery;  ///< The guarantee in words: "exactly once".
  std::string source = {};
  std::string sink = {};
  std::int64_t started_ms = 0;  ///< Milliseconds since 1970.
};

/// The body of /status: one JSON object. docs/operations.md describes its members.
std::string StatusJson(const ProcessStatus& process,
                       const std::vector<StatusSlot::Snapshot>& workers);

}  // namespace sluice
