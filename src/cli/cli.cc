#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "cli/operations_cli.h"
#include "cli/verbs.h"
#include "config/problems.h"
#include "daemon/version.h"
#include "util/join.h"

namespace sluice {
namespace {

constexpr const char* kFooter =
    R"(Examples:
  sluice validate config/pipeline-preprocessor.yaml
  sluice run config/pipeline-preprocessor.yaml
  sluice run config/quickstart.yaml --set workers=2 --log-level debug
  sluice run config/quickstart.yaml --print-config
  sluice explain config/pipeline-preprocessor.yaml event.json
  sluice doctor config/pipeline-preprocessor.yaml
  sluice lag config/pipeline-preprocessor.yaml
  sluice stages deduplicate
  sluice ports kafka

Exit codes:
   0  ok: the input ended, or the process was asked to stop
   1  attention: a warning of doctor, a topic that is missing or falls short, a group with members
  64  usage: the command line is wrong
  69  unavailable: a server that the command asks does not answer
  70  internal: the process can't go on; the last line says why
  75  watchdog: a call hung; start the process again
  78  configuration: the file must be changed)";

/// What the command line said.
struct Arguments {
  RunArguments run;
  ConfigArguments validate;
  ExplainArguments explain;
  SpecArguments stages;
  SpecArguments ports;
};

CLI::App* AddRun(CLI::App& app, RunArguments& arguments) {
  CLI::App* verb = app.add_subcommand("run", "Runs a pipeline until it is stopped");
  AddConfigOptions(*verb, arguments.config);
  verb->add_option("--clock", arguments.clock_ms,
                   "Fixes the wall clock at these milliseconds since 1970, for tests and replays")
      ->type_name("MS");
  verb->add_option("--log-level", arguments.log_level, "Instead of the file's log.level")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  verb->add_option("--log-format", arguments.log_format, "Instead of the file's log.format")
      ->check(CLI::IsMember({"text", "json"}));
  verb->add_flag("--print-config", arguments.print_config,
                 "Prints the effective configuration, without secrets, and ends");
  return verb;
}

CLI::App* AddValidate(CLI::App& app, ConfigArguments& arguments) {
  CLI::App* verb =
      app.add_subcommand("validate", "Checks a file and names all that is wrong; needs no network");
  AddConfigOptions(*verb, arguments);
  return verb;
}

CLI::App* AddExplain(CLI::App& app, ExplainArguments& arguments) {
  CLI::App* verb = app.add_subcommand(
      "explain", "Shows what each stage does to each event of a file; writes nothing anywhere");
  AddConfigOptions(*verb, arguments.config);
  verb->add_option("INPUT", arguments.input,
                   "Records, one a line, plain or gzip; - is the standard input");
  verb->add_option("--topic", arguments.topic,
                   "The topic that the records are of; else the first that is read");
  verb->add_option("--clock", arguments.clock_ms, "Fixes the wall clock, as for run")
      ->type_name("MS");
  verb->add_flag("--live-lookups", arguments.live_lookups,
                 "Reads reference data from the stores of CONFIG; else Redis counts as empty");
  return verb;
}

CLI::App* AddStages(CLI::App& app, SpecArguments& arguments) {
  CLI::App* verb = app.add_subcommand("stages", "Lists the stages, or describes one");
  verb->add_option("NAME", arguments.name, "The stage to describe");
  verb->add_flag("--markdown", arguments.markdown, "As in docs/stages.md");
  return verb;
}

CLI::App* AddPorts(CLI::App& app, SpecArguments& arguments) {
  CLI::App* verb =
      app.add_subcommand("ports", "Lists sources, sinks and stores, or describes those of a name");
  verb->add_option("NAME", arguments.name, "What to describe, such as kafka");
  verb->add_flag("--markdown", arguments.markdown, "As in docs/ports.md");
  return verb;
}

/// What is wrong with the first word, if it is no verb; empty where it is one, or an option.
std::string FaultOfVerb(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  const std::string word = argv[1];
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    verbs.push_back(verb->get_name());
  }
  if (std::ranges::find(verbs, word) != verbs.end()) return {};
  if (std::filesystem::is_regular_file(word)) {
    return "`" + word + "` is a file: write `sluice run " + word + "` or `sluice validate " + word +
           "`";
  }
  return "there is no verb `" + word + "`" + DidYouMean(word, verbs) + "; they are " + Join(verbs) +
         " (`sluice --help`)";
}

int ParseAndDo(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("sluice moves telemetry events from topics to topics through a chain of stages.",
               "sluice");
  app.set_version_flag("--version", "sluice " + VersionText());
  app.footer(kFooter);
  app.require_subcommand(1);
  const CLI::App* run = AddRun(app, arguments.run);
  const CLI::App* validate = AddValidate(app, arguments.validate);
  const CLI::App* explain = AddExplain(app, arguments.explain);
  const CLI::App* stages = AddStages(app, arguments.stages);
  AddPorts(app, arguments.ports);
  for (CLI::App* verb : app.get_subcommands({})) verb->footer("");
  const OperationsCli operations(app);
  if (const std::string fault = FaultOfVerb(app, argc, argv); !fault.empty()) {
    std::cerr << fault << '\n';
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? kExitOk : kExitUsage;
  }
  if (const auto code = operations.Run()) return *code;
  if (run->parsed()) return RunVerb(arguments.run);
  if (validate->parsed()) return ValidateVerb(arguments.validate);
  if (explain->parsed()) return ExplainVerb(arguments.explain);
  if (stages->parsed()) return StagesVerb(arguments.stages);
  return PortsVerb(arguments.ports);
}

}  // namespace

int Main(int argc, char** argv) {
  try {
    return ParseAndDo(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "sluice: internal error: " << error.what() << '\n';
  } catch (...) {
    std::cerr << "sluice: internal error: an exception of an unknown type\n";
  }
  return kExitInternal;
}

}  // namespace sluice
