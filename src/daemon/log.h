#pragma once

#include "sluice/log.h"

namespace sluice {

/// The process's log: spdlog's default logger, "worker 0: text".
Log ProcessLog();

/// Nowhere.
Log NoLog();

}  // namespace sluice
