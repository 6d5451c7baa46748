#include "cli/verbs.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <utility>

#include "cli/logging.h"
#include "cli/stage_text.h"
#include "config/config.h"
#include "config/pipeline_config.h"
#include "daemon/daemon.h"
#include "daemon/explain.h"
#include "stages/builtin.h"

namespace sluice {
namespace {

int Fail(const Error& error) {
  std::cerr << error.message << '\n';
  switch (error.kind) {
    case ErrorKind::kInvalidConfig:
      return kExitConfig;
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

std::string Counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// A configuration that passed every check; `pipeline` refers to the other two.
struct CheckedConfig {
  std::unique_ptr<StageRegistry> registry;
  std::unique_ptr<Config> config;
  PipelineConfig pipeline;
};

Result<CheckedConfig> Load(const ConfigArguments& arguments) {
  CheckedConfig checked;
  checked.registry = std::make_unique<StageRegistry>();
  SLUICE_TRY(RegisterBuiltinStages(*checked.registry));
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

}  // namespace

int RunVerb(const RunArguments& arguments) {
  auto loaded = Load(arguments.config);
  if (!loaded) return Fail(loaded.error());
  const CheckedConfig& checked = loaded.value();
  if (arguments.print_config) {
    std::cout << checked.config->Redacted() << std::flush;
    return kExitOk;
  }
  const PipelineConfig::Log& log = checked.pipeline.log;
  SetUpLogging(arguments.log_level.empty() ? log.level : arguments.log_level,
               arguments.log_format.empty() ? log.format : arguments.log_format);
  return RunDaemon(*checked.config, checked.pipeline, {.clock_ms = arguments.clock_ms});
}

int ValidateVerb(const ConfigArguments& arguments) {
  const auto loaded = Load(arguments);
  if (!loaded) return Fail(loaded.error());
  const PipelineConfig& pipeline = loaded.value().pipeline;
  const auto valid = ValidateDaemonConfig(pipeline);
  if (!valid) return Fail(valid.error());
  const std::size_t parts = pipeline.parts.size();
  const std::size_t stages = pipeline.stages.size();
  std::cout << "OK: " << arguments.path << ": pipeline " << pipeline.name << ", "
            << (parts > 0 ? Counted(parts, "pipeline") : Counted(stages, "stage")) << std::endl;
  return kExitOk;
}

int ExplainVerb(const ExplainArguments& arguments) {
  const auto loaded = Load(arguments.config);
  if (!loaded) return Fail(loaded.error());
  SetUpLogging("warning", "text");
  std::ifstream file;
  if (arguments.input != "-") {
    file.open(arguments.input);
    if (!file) return FailUsage("can't read " + arguments.input);
  }
  std::istream& input = arguments.input == "-" ? std::cin : file;
  const auto explained =
      Explain(loaded.value().pipeline,
              {arguments.clock_ms, arguments.topic, arguments.live_lookups}, input, std::cout);
  std::cout << std::flush;
  return explained.ok() ? kExitOk : Fail(explained.error());
}

int StagesVerb(const StagesArguments& arguments) {
  StageRegistry registry;
  const auto registered = RegisterBuiltinStages(registry);
  if (!registered) return Fail(registered.error());
  if (arguments.name.empty()) {
    std::cout << (arguments.markdown ? StagePage(registry.specs()) : StageList(registry.specs()))
              << std::flush;
    return kExitOk;
  }
  const StageSpec* spec = registry.Find(arguments.name);
  if (spec == nullptr) {
    return FailUsage("no stage is called \"" + arguments.name +
                     "\"; `sluice stages` lists those that there are");
  }
  std::cout << (arguments.markdown ? StageSection(*spec) : StageText(*spec)) << std::flush;
  return kExitOk;
}

}  // namespace sluice
