#pragma once

#include <cstdint>
#include <map>
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

/// What is true of the process at the moment of the question.
struct ProcessView {
  std::int64_t now_ms = 0;
  std::vector<std::string> not_ready = {};  ///< StatusBoard::NotReady.
  /// The metrics of each store by name and labels: "sluice_lookups_total{result=found}".
  std::map<std::string, std::map<std::string, double>> stores = {};
};

/// The body of /status: one JSON object. docs/operations.md describes its members.
std::string StatusJson(const ProcessStatus& process,
                       const std::vector<StatusSlot::Snapshot>& workers,
                       const ProcessView& view = {});

}  // namespace sluice
