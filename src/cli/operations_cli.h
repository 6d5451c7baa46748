#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "cli/operations_verbs.h"

namespace sluice {

/// The verbs that ask and repair what surrounds a pipeline: topics, lag, offsets, doctor.
class OperationsCli {
 public:
  /// Adds them to `app`.
  explicit OperationsCli(CLI::App& app);
  OperationsCli(const OperationsCli&) = delete;
  OperationsCli& operator=(const OperationsCli&) = delete;

  /// What was parsed does its work; the exit code. Nothing if it was none of these.
  [[nodiscard]] std::optional<int> Run() const;

 private:
  struct Verb {
    const CLI::App* app;
    std::function<int()> run;
  };
  void AddTopics(CLI::App& app);
  void AddLag(CLI::App& app);
  void AddDoctor(CLI::App& app);
  void AddOffsets(CLI::App& app);
  void AddOffsetsReads(CLI::App& offsets);
  void AddOffsetsChanges(CLI::App& offsets);
  void AddTopicFilter(CLI::App& verb);
  /// One of the verbs below `offsets`.
  CLI::App* AddOffsetsVerb(CLI::App& offsets, const char* name, const char* description,
                           const char* example, int (*run)(const OffsetsArguments&));

  std::list<Verb> verbs_;
  TopicsArguments topics_;
  LagArguments lag_;
  DoctorArguments doctor_;
  OffsetsArguments offsets_;
};

/// CONFIG and --set.
void AddConfigOptions(CLI::App& verb, ConfigArguments& arguments);
/// --set.
void AddOverrides(CLI::App& verb, std::vector<std::string>& overrides);

}  // namespace sluice
