#include "daemon/adapters.h"

#include <unistd.h>

#include <array>
#include <set>

#include "files/file_sink.h"
#include "files/file_source.h"
#include "kafka/kafka_sink.h"
#include "kafka/kafka_source.h"
#include "kafka/options.h"

namespace sluice {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

kafka::KafkaSourceSettings SourceSettings(const PipelineConfig& config,
                                          const std::vector<std::string>& topics,
                                          const kafka::LogSink& log) {
  const KafkaSourceConfig& from = *config.source_kafka;
  kafka::KafkaSourceSettings settings;
  settings.brokers = from.brokers;
  settings.group = from.group;
  settings.topics = topics;
  settings.auto_offset_reset =
      kafka::ParseOffsetReset(from.auto_offset_reset).value_or(kafka::OffsetReset::kEarliest);
  settings.client_id = "sluice-" + config.name;
  settings.options = from.options;
  settings.log = log;
  return settings;
}

kafka::KafkaSinkSettings SinkSettings(const PipelineConfig& config, int worker,
                                      const std::vector<std::string>& topics,
                                      const kafka::LogSink& log) {
  const KafkaSourceConfig& from = *config.source_kafka;
  const std::string instance = from.instance.empty() ? HostName() : from.instance;
  kafka::KafkaSinkSettings settings;
  settings.brokers = config.sink.kafka->brokers;
  settings.transactional_id = from.group + "." + instance + "." + std::to_string(worker);
  settings.delivery =
      config.exactly_once ? kafka::Delivery::kExactlyOnce : kafka::Delivery::kAtLeastOnce;
  settings.topics = topics;
  settings.client_id = "sluice-" + config.name;
  settings.options = config.sink.kafka->options;
  settings.log = log;
  settings.max_record_bytes = config.sink.max_record_bytes;
  settings.transaction_timeout = config.transaction.timeout;
  return settings;
}

void AddOptionProblems(kafka::ClientKind kind, const kafka::Options& options,
                       const std::string& where, std::string& problems) {
  for (const kafka::OptionProblem& problem : kafka::CheckOptions(kind, options)) {
    problems += (problems.empty() ? "" : "\n") + where + ".kafka.options: " + problem.message;
  }
}

/// A store that takes the place of those of several parts is named once.
std::set<std::string> StoreProblems(const PipelineConfig& config) {
  std::set<std::string> problems;
  for (const PipelineConfig& part : config.parts) problems.merge(StoreProblems(part));
  for (const StoreConfig& store : config.stores) {
    if (!store.redis) continue;
    const auto settings = RedisSettingsOf(store);
    if (!settings.ok()) problems.insert(settings.error().message);
  }
  return problems;
}

}  // namespace

Ports MakePorts(const PipelineConfig& config, int worker, const BuiltFlow& flow,
                kafka::Watchdog& watchdog, const kafka::LogSink& log, MetricsRegistry& metrics) {
  Ports ports;
  if (config.source_kafka) {
    auto source = std::make_unique<kafka::KafkaSource>(
        SourceSettings(config, flow.source_topics, log), watchdog, metrics);
    ports.sink = std::make_unique<kafka::KafkaSink>(
        SinkSettings(config, worker, flow.sink_topics, log), *source, watchdog, metrics);
    ports.source = std::move(source);
    return ports;
  }
  auto checkpoint = std::make_shared<FileCheckpoint>(config.sink.files->directory);
  FileSourceSettings from{config.source_files->paths,
                          config.topic_prefix + config.source_files->topic};
  FileSinkSettings to{flow.sink_topics, config.sink.files->envelope, config.sink.max_record_bytes};
  ports.source = std::make_unique<FileSource>(std::move(from), checkpoint);
  ports.sink = std::make_unique<FileSink>(std::move(to), checkpoint);
  return ports;
}

Result<RedisSettings> RedisSettingsOf(const StoreConfig& store) {
  auto settings = ParseRedisUrl(store.redis->url);
  if (!settings) {
    return Error{ErrorKind::kInvalidConfig,
                 store.where + ".redis.url: " + settings.error().message};
  }
  RedisSettings& redis = settings.value();
  if (store.redis->db) redis.db = *store.redis->db;
  if (!store.redis->user.empty()) redis.user = store.redis->user;
  if (!store.redis->password.empty()) redis.password = store.redis->password;
  if (store.redis->tls) {
    if (!redis.tls) {
      return Error{ErrorKind::kInvalidConfig,
                   store.where + ".redis.tls: `url` asks for no TLS; write rediss://"};
    }
    redis.ca_file = store.redis->tls->ca;
    redis.cert_file = store.redis->tls->cert;
    redis.key_file = store.redis->tls->key;
  }
  redis.connect_timeout = store.redis->timeout;
  redis.command_timeout = store.redis->timeout;
  return settings;
}

Status CheckAdapters(const PipelineConfig& config) {
  std::string problems;
  const auto add = [&](const std::string& line) {
    problems += (problems.empty() ? "" : "\n") + line;
  };
  if (config.source_kafka) {
    AddOptionProblems(kafka::ClientKind::kConsumer, config.source_kafka->options,
                      config.source_where, problems);
  }
  if (config.sink.kafka) {
    AddOptionProblems(kafka::ClientKind::kProducer, config.sink.kafka->options, config.sink_where,
                      problems);
  }
  if (config.source_files && config.workers > 1)
    add(config.source_where + ": files are read by one worker: set `workers: 1`");
  for (const std::string& problem : StoreProblems(config)) add(problem);
  if (problems.empty()) return Ok();
  return Error{ErrorKind::kInvalidConfig, problems};
}

std::string DescribeSource(const PipelineConfig& config, const std::vector<std::string>& topics) {
  std::string text;
  if (!config.source_kafka) {
    for (const std::string& path : config.source_files->paths)
      text += (text.empty() ? "" : ", ") + path;
    return text;
  }
  for (const std::string& topic : topics) text += (text.empty() ? "" : ", ") + topic;
  return text + " as group " + config.source_kafka->group + " from " + config.source_kafka->brokers;
}

}  // namespace sluice
