#pragma once

#include "kafka/settings.h"
#include "sluice/log.h"

namespace sluice::kafka {

/// Passes librdkafka's lines on to `log`: one a second for each facility, whichever client of the
/// process it comes from, with a count of those that were left out.
LogSink LimitedLog(Log log);

}  // namespace sluice::kafka
