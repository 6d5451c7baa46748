#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "config/pipeline_config.h"

namespace sluice {

struct ExplainOptions {
  std::optional<std::int64_t> clock_ms;  ///< Fixes the wall clock.
  std::string topic;                     ///< Of the records; empty: the first that is read.
  bool live_lookups = false;             ///< Reads reference data where the configuration says.
};

/// Takes the records of the file `input`, one a line, plain or gzip, "-" for the standard input,
/// through the pipeline, and writes what each stage does to them (EventTrace). Kafka is not
/// touched; claims are in memory, and new. Without `live_lookups` nothing is opened but files, and
/// a store in Redis counts as empty. All topics between pipelines are shown. kInvalidConfig: the
/// input can't be read. kUnavailable: a store of reference data is away.
Status Explain(const PipelineConfig& pipeline, const ExplainOptions& options,
               const std::string& input, std::ostream& output);

}  // namespace sluice
