#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/checked_config.h"

namespace sluice {

struct RunArguments {
  ConfigArguments config;
  std::optional<std::int64_t> clock_ms;
  std::string log_level;   ///< Empty: as the configuration says.
  std::string log_format;  ///< Empty: as the configuration says.
  bool print_config = false;
};

struct ExplainArguments {
  ConfigArguments config;
  std::optional<std::int64_t> clock_ms;
  std::string input = "-";  ///< File of records, one a line; "-" is the standard input.
  std::string topic;        ///< Empty: the first that the pipeline reads.
  bool live_lookups = false;
};

struct SpecArguments {
  std::string name;  ///< Empty: all of them.
  bool markdown = false;
};

// Each does what the verb says, prints results to standard output and failures to standard error,
// and returns the exit code.

int RunVerb(const RunArguments& arguments);
/// Opens nothing but the file and the schemas that it names.
int ValidateVerb(const ConfigArguments& arguments);
/// Opens nothing but files; with `live_lookups` also the stores of reference data.
int ExplainVerb(const ExplainArguments& arguments);
int StagesVerb(const SpecArguments& arguments);
/// Sources, sinks and stores.
int PortsVerb(const SpecArguments& arguments);

}  // namespace sluice
