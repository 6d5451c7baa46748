#include "cli/verbs.h"

#include <filesystem>
#include <iostream>
#include <string_view>

#include "cli/logging.h"
#include "cli/spec_text.h"
#include "daemon/daemon.h"
#include "daemon/explain.h"
#include "daemon/signals.h"
#include "util/place.h"

namespace sluice {
namespace {

constexpr const char* kStandardInput = "-";

bool IsYaml(std::string_view path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

std::string Counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

int Show(const std::vector<SpecEntry>& entries, bool markdown) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::cout << (i > 0 ? "\n" : "") << (markdown ? SpecSection(entries[i]) : SpecText(entries[i]));
  }
  std::cout << std::flush;
  return kExitOk;
}

}  // namespace

int RunVerb(const RunArguments& arguments) {
  auto loaded = [&arguments] {
    const Signals::EndAtOnce interruptible;
    return LoadChecked(arguments.config);
  }();
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
  const auto loaded = LoadChecked(arguments);
  if (!loaded) return Fail(loaded.error());
  const PipelineConfig& pipeline = loaded.value().pipeline;
  const auto valid = ValidateDaemonConfig(pipeline);
  if (!valid) return Fail(valid.error());
  const std::size_t parts = pipeline.parts.size();
  const std::size_t stages = pipeline.stages.size();
  std::cout << "OK: " << arguments.path << ": pipeline " << pipeline.name << ", "
            << (parts > 0 ? Counted(parts, "pipeline") : Counted(stages, "stage")) << "; "
            << valid.value() << std::endl;
  return kExitOk;
}

int ExplainVerb(const ExplainArguments& arguments) {
  const std::string& input = arguments.input;
  if (IsYaml(input) && !IsYaml(arguments.config.path)) {
    return FailUsage("CONFIG and INPUT are the other way round: " + input +
                     " is a configuration; write: sluice explain " + input + " " +
                     arguments.config.path);
  }
  if (input == kStandardInput && arguments.config.path == kStandardInput) {
    return FailUsage("CONFIG and INPUT can't both be the standard input: name a file for one");
  }
  const auto loaded = LoadChecked(arguments.config);
  if (!loaded) return Fail(loaded.error());
  SetUpLogging("warning", "text");
  if (input != kStandardInput && !std::filesystem::exists(input)) {
    return FailUsage("can't read " + PlaceOf(input) + ": there is no such file");
  }
  const auto explained =
      Explain(loaded.value().pipeline,
              {arguments.clock_ms, arguments.topic, arguments.live_lookups}, input, std::cout);
  std::cout << std::flush;
  return explained.ok() ? kExitOk : Fail(explained.error());
}

int StagesVerb(const SpecArguments& arguments) {
  const auto registry = BuiltinRegistry();
  if (!registry) return Fail(registry.error());
  if (arguments.name.empty()) {
    std::cout << (arguments.markdown ? StagePage(registry.value())
                                     : SpecList(EntriesOf(registry.value().stages)))
              << std::flush;
    return kExitOk;
  }
  for (const SpecEntry& entry : EntriesOf(registry.value().stages)) {
    if (entry.spec->name == arguments.name) return Show({entry}, arguments.markdown);
  }
  return FailUsage("no stage is called \"" + arguments.name +
                   "\"; `sluice stages` lists those that there are");
}

int PortsVerb(const SpecArguments& arguments) {
  const auto registry = BuiltinRegistry();
  if (!registry) return Fail(registry.error());
  if (arguments.name.empty()) {
    std::cout << (arguments.markdown ? PortPage(registry.value()) : PortList(registry.value()))
              << std::flush;
    return kExitOk;
  }
  const auto found = PortsNamed(registry.value(), arguments.name);
  if (!found.empty()) return Show(found, arguments.markdown);
  return FailUsage("no source, sink or store is called \"" + arguments.name +
                   "\"; `sluice ports` lists those that there are");
}

}  // namespace sluice
