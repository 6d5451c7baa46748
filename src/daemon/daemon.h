#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"
#include "config/pipeline_config.h"

namespace sluice {

struct RunOptions {
  std::optional<std::int64_t> clock_ms;  ///< Fixes the wall clock.
};

/// Exit codes (sysexits where one fits).
enum class ExitCode : int { kOk = 0, kInternal = 70, kWatchdog = 75, kConfig = 78 };

/// Builds everything, checks it, runs the workers until SIGTERM, SIGINT or the end of the input,
/// and returns the process's exit code. Logs through spdlog's default logger.
int RunDaemon(const Config& config, const PipelineConfig& pipeline, const RunOptions& options);

/// The checks of RunDaemon that need no network: the stages and ports with the files that they
/// read, the properties of clients, and how pipelines fit together. Returns the delivery guarantee
/// in words (GuaranteeOf).
Result<std::string> ValidateDaemonConfig(const PipelineConfig& pipeline);

}  // namespace sluice
