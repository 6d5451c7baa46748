#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/guarantee.h"
#include "config/pipeline_config.h"
#include "kafka/admin_client.h"
#include "kafka/settings.h"
#include "metrics/prometheus_metrics.h"

namespace sluice {

/// What a configuration, of one pipeline or of several, needs of Kafka; found without a network.
struct KafkaUse {
  std::string file;
  std::string pipeline;
  std::string topic_prefix;
  /// Login and group, where the source is Kafka.
  std::optional<kafka::KafkaSourceSettings> source;
  std::vector<std::string> source_topics;  ///< Real names; empty if the source is no Kafka.
  /// Login, where the sink is Kafka. max_record_bytes is the smallest of the pipelines'.
  std::optional<kafka::KafkaSinkSettings> sink;
  std::vector<std::string> sink_topics;  ///< As for the source.
  bool transactional = false;            ///< The sink commits offsets with its outputs.
  StoreUse stores;
};

/// Builds the stages, without their servers, since they say which topics are written.
/// kInvalidConfig as from ValidateDaemonConfig.
Result<KafkaUse> KafkaUseOf(const std::string& file, const PipelineConfig& config);

/// A client for questions about the group that a configuration reads with.
struct GroupSession {
  PrometheusMetrics metrics;  ///< Of the client; nobody reads them.
  KafkaUse use;
  std::unique_ptr<kafka::AdminClient> client;
};

/// kInvalidConfig if the source is not Kafka, and so has neither offsets nor lag.
Result<std::unique_ptr<GroupSession>> OpenGroup(KafkaUse use);

/// Every partition of the topics. kInvalidConfig names a topic that is missing.
Result<std::vector<kafka::PartitionId>> PartitionsOf(kafka::AdminClient& client,
                                                     const std::vector<std::string>& topics);

}  // namespace sluice
