#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/pipeline_config.h"
#include "sluice/registry.h"
#include "sluice/result.h"

namespace sluice {

constexpr int kExitOk = 0;
constexpr int kExitAttention = 1;
constexpr int kExitUsage = 64;
constexpr int kExitUnavailable = 69;
constexpr int kExitInternal = 70;
constexpr int kExitConfig = 78;

/// The configuration that a command works on.
struct ConfigArguments {
  std::string path = {};                    ///< "-" is the standard input.
  std::vector<std::string> overrides = {};  ///< "key=value"
};

/// A configuration that passed every check; `pipeline` refers to the other two.
struct CheckedConfig {
  std::unique_ptr<Registry> registry;
  std::unique_ptr<Config> config;
  PipelineConfig pipeline;
};

/// All stages, sources, sinks and stores.
Result<Registry> BuiltinRegistry();

/// Opens nothing but the file and those that it lists. kInvalidConfig names every problem.
Result<CheckedConfig> LoadChecked(const ConfigArguments& arguments);

/// Says why on the standard error, and returns the exit code.
int Fail(const Error& error);
/// The same of a wrong command line.
int FailUsage(const std::string& message);

}  // namespace sluice
