#pragma once

#include <string>
#include <vector>

#include "config/pipeline_config.h"

namespace sluice {

/// How stages use the stores, by their names.
struct StoreUse {
  std::vector<std::string> claimed = {};    ///< Keys are claimed in them.
  std::vector<std::string> written = {};    ///< Their tables or rows are written.
  std::vector<std::string> looked_up = {};  ///< Reference data is read from them.
};

/// What the operator may rely on, in words: "exactly once".
///
/// It follows from `delivery`, from whether the sink can commit the source's checkpoint with its
/// outputs, and from the stores that hold claims or are written; docs/delivery.md explains each
/// case.
std::string GuaranteeOf(const PipelineConfig& config, const StoreUse& stores);

/// True if source and sink are one system, so that a topic's name means the same topic in both.
bool IsOneSystem(const PipelineConfig& config);

/// True if the sink commits the source's checkpoint in one step with its outputs.
bool CommitsJointly(const PipelineConfig& config);

/// Why `delivery: exactly_once` can't be kept, and what to do; empty if it can.
std::string ExactlyOnceObstacle(const PipelineConfig& config);

}  // namespace sluice
