#include "operations/kafka_use.h"

#include <algorithm>
#include <utility>

#include "daemon/flow_builder.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "kafka/kafka_ports.h"
#include "util/clocks.h"

namespace sluice {
namespace {

constexpr const char* kKafka = "kafka";

/// Each of several pipelines has its own; which topic is written by which is not told.
std::size_t SmallestLimit(const PipelineConfig& config) {
  std::uint64_t limit = config.sink.max_record_bytes;
  for (const PipelineConfig& part : config.parts) {
    limit = std::min(limit, part.sink.max_record_bytes);
  }
  return static_cast<std::size_t>(limit);
}

}  // namespace

Result<KafkaUse> KafkaUseOf(const std::string& file, const PipelineConfig& config) {
  const PipelineConfig offline = Offline(config);
  PrometheusMetrics metrics;
  const SystemClock clock;
  SharedResources shared{clock, metrics, offline, NoLog()};
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  KafkaUse use;
  use.file = file;
  use.pipeline = config.name;
  use.topic_prefix = config.topic_prefix;
  use.transactional = CommitsJointly(config);
  use.stores = shared.store_use;
  if (config.source.spec->name == kKafka) {
    use.source = kafka::SourceSettingsOf(*config.source.node);
    use.source_topics = built.value().source_topics;
  }
  if (config.sink.spec->name == kKafka) {
    use.sink = kafka::SinkSettingsOf(*config.sink.node);
    use.sink->transaction_timeout = config.transaction.timeout;
    use.sink->max_record_bytes = SmallestLimit(config);
    use.sink_topics = built.value().sink_topics;
  }
  return use;
}

Result<std::unique_ptr<GroupSession>> OpenGroup(KafkaUse use) {
  if (!use.source) {
    return Error{ErrorKind::kInvalidConfig,
                 use.file + ": pipeline " + use.pipeline +
                     " does not read Kafka, so that it has no consumer group"};
  }
  auto session = std::make_unique<GroupSession>();
  session->use = std::move(use);
  auto client = kafka::AdminClient::ForSource(*session->use.source, session->metrics);
  if (!client) return std::move(client).error();
  session->client = std::move(client).value();
  return session;
}

Result<std::vector<kafka::PartitionId>> PartitionsOf(kafka::AdminClient& client,
                                                     const std::vector<std::string>& topics) {
  std::vector<kafka::PartitionId> partitions;
  for (const std::string& name : topics) {
    const auto topic = client.Topic(name);
    if (!topic) return topic.error();
    if (!topic.value().exists) {
      return Error{ErrorKind::kInvalidConfig,
                   "topic " + name + ": " + topic.value().problem +
                       "; create it (sluice topics CONFIG --create) or grant Describe on it"};
    }
    for (const auto& partition : topic.value().partitions) {
      partitions.push_back({name, partition.id});
    }
  }
  return partitions;
}

}  // namespace sluice
