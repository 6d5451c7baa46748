#pragma once

#include <memory>

#include "config/pipeline_config.h"
#include "daemon/flow_builder.h"
#include "sluice/log.h"
#include "sluice/metrics.h"
#include "sluice/sink.h"
#include "sluice/source.h"
#include "util/watchdog.h"

namespace sluice {

/// A worker's source and sink.
struct Ports {
  std::unique_ptr<Source> source;
  std::unique_ptr<Sink> sink;
};

/// Makes the ports that the configuration chooses; nothing is opened.
Result<Ports> MakePorts(const PipelineConfig& config, int worker, const BuiltFlow& flow,
                        Watchdog& watchdog, const Log& log, MetricsRegistry& metrics);

}  // namespace sluice
