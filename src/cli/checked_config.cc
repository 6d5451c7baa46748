#include "cli/checked_config.h"

#include <iostream>
#include <utility>

#include "daemon/builtin_ports.h"
#include "stages/builtin.h"

namespace sluice {

Result<Registry> BuiltinRegistry() {
  Registry registry;
  SLUICE_TRY(RegisterBuiltinStages(registry.stages));
  SLUICE_TRY(RegisterBuiltinPorts(registry));
  return registry;
}

Result<CheckedConfig> LoadChecked(const ConfigArguments& arguments) {
  CheckedConfig checked;
  auto registry = BuiltinRegistry();
  if (!registry) return std::move(registry).error();
  checked.registry = std::make_unique<Registry>(std::move(registry).value());
  std::vector<Override> overrides;
  for (const std::string& text : arguments.overrides) {
    const auto equals = text.find('=');
    overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  auto config = LoadConfig(arguments.path, overrides, ProcessEnvironment());
  if (!config) return std::move(config).error();
  checked.config = std::move(config).value();
  auto pipeline = CheckPipeline(*checked.config, *checked.registry);
  if (!pipeline) return std::move(pipeline).error();
  checked.pipeline = std::move(pipeline).value();
  return checked;
}

int Fail(const Error& error) {
  std::cerr << error.message << '\n';
  switch (error.kind) {
    case ErrorKind::kInvalidConfig:
      return kExitConfig;
    case ErrorKind::kRefused:
      return kExitAttention;
    case ErrorKind::kUnavailable:
      return kExitUnavailable;
    default:
      return kExitInternal;
  }
}

int FailUsage(const std::string& message) {
  std::cerr << message << '\n';
  return kExitUsage;
}

}  // namespace sluice
