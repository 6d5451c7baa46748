#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/checked_config.h"

namespace sluice {

struct TopicsArguments {
  std::vector<std::string> paths;
  std::vector<std::string> overrides;  ///< Of each file.
  bool create = false;
  bool commands = false;
  bool json = false;
  std::optional<int> partitions;
  std::optional<int> replication;
  std::string retention;  ///< A duration; empty: the platform's.
};

struct LagArguments {
  ConfigArguments config;
  bool json = false;
};

struct OffsetsArguments {
  ConfigArguments config;
  std::vector<std::string> topics;  ///< Empty: all that are read.
  std::string file = "-";           ///< Of export and import; "-" is the standard output or input.
  std::string to;                   ///< Of set.
  std::string from;                 ///< Of move: a group.
  bool execute = false;
  bool json = false;
};

struct DoctorArguments {
  ConfigArguments config;
  bool json = false;
};

// As in verbs.h. They ask the servers of the configuration; only `create` and `execute` change
// something. 69 where a server does not answer, 1 where something needs attention.

int TopicsVerb(const TopicsArguments& arguments);
int LagVerb(const LagArguments& arguments);
int OffsetsShowVerb(const OffsetsArguments& arguments);
int OffsetsExportVerb(const OffsetsArguments& arguments);
int OffsetsImportVerb(const OffsetsArguments& arguments);
int OffsetsSetVerb(const OffsetsArguments& arguments);
int OffsetsMoveVerb(const OffsetsArguments& arguments);
int DoctorVerb(const DoctorArguments& arguments);

}  // namespace sluice
