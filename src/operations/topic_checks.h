#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "sluice/finding.h"

namespace sluice {

/// What is known of a topic that a pipeline reads or writes.
struct TopicFacts {
  kafka::TopicDescription topic;
  bool read = false;
  bool written = false;
  std::optional<kafka::ServerSettings> settings;  ///< Nothing: they may not be read.
  std::optional<std::string> write_refused;       ///< The brokers' words.
};

/// What holds for all topics.
struct TopicDemands {
  std::size_t brokers = 1;
  std::size_t max_record_bytes = 0;  ///< The largest record that the pipeline writes.
  std::string file;                  ///< For the advice.
  std::string which;                 ///< "source" or "sink".
};

/// Examines the facts, without a network. Topics that have the same fault share a line.
void CheckTopics(const std::vector<TopicFacts>& topics, const TopicDemands& demands,
                 Findings& findings);

/// A number among the settings.
std::optional<std::int64_t> NumberOf(const kafka::ServerSettings& settings,
                                     const std::string& name);

}  // namespace sluice
