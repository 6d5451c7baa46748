#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/pipeline_config.h"
#include "daemon/flow_builder.h"
#include "kafka/watchdog.h"
#include "redis/url.h"
#include "sluice/metrics.h"
#include "sluice/sink.h"
#include "sluice/source.h"

namespace sluice {

/// A worker's ports. The sink knows its source, so that it goes first.
struct Ports {
  std::unique_ptr<Source> source;
  std::unique_ptr<Sink> sink;
};

Ports MakePorts(const PipelineConfig& config, int worker, const BuiltFlow& flow,
                kafka::Watchdog& watchdog, const kafka::LogSink& log, MetricsRegistry& metrics);

/// kInvalidConfig: the URL can't be read.
Result<RedisSettings> RedisSettingsOf(const StoreConfig& store);

/// Everything about Kafka, Redis and files that can be checked without opening anything.
Status CheckAdapters(const PipelineConfig& config);

/// "dev.telemetry.raw as group g from localhost:9092", for the line at start; `topics` are the real
/// names of what is read.
std::string DescribeSource(const PipelineConfig& config, const std::vector<std::string>& topics);

}  // namespace sluice
