#pragma once

#include <string>

namespace sluice {

/// Sends spdlog's default logger to standard error. `level` is debug, info, warning or error.
/// `format` is "text" ("2026-11-23T01:02:03.456Z info    message") or "json" (one object per line:
/// ts, level, msg). Call it before other threads log.
void SetUpLogging(const std::string& level, const std::string& format);

}  // namespace sluice
