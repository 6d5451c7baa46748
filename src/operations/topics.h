#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operations/kafka_use.h"
#include "operations/topic_shape.h"

namespace sluice {

/// A topic that configurations need, and how it is.
struct TopicReport {
  enum class State : std::uint8_t { kOk, kMissing, kDiffers, kCreated };

  std::string brokers;
  std::string name;
  std::vector<std::string> read_by;     ///< Pipelines.
  std::vector<std::string> written_by;  ///< Pipelines.
  TopicShape wanted;
  std::optional<TopicShape> actual;  ///< Nothing where it is missing, or was not asked for.
  State state = State::kMissing;
  std::vector<std::string> notes;  ///< Its shortfalls, or why it can't be seen.
};

/// The topics of all files, each once, by cluster and name; no network.
std::vector<TopicReport> NeededTopics(const std::vector<KafkaUse>& uses,
                                      const ShapeOverrides& overrides);

/// Fills in how they are, and with `create` creates those that are missing, with at most as many
/// replicas as there are brokers. A topic that is there is never changed. `uses` are those that the
/// topics were taken from.
Status ExamineTopics(const std::vector<KafkaUse>& uses, bool create,
                     std::vector<TopicReport>& topics);

/// True if one is missing or falls short.
bool NeedsAttention(const std::vector<TopicReport>& topics);

std::string TopicsText(const std::vector<TopicReport>& topics);
std::string TopicsJson(const std::vector<TopicReport>& topics);
std::string TopicsCommands(const std::vector<TopicReport>& topics);

}  // namespace sluice
