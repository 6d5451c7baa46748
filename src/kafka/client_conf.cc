#include "kafka/client_conf.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "kafka/options.h"

namespace sluice::kafka {
namespace {

/// librdkafka 2.2.0: before it, a full fetch queue stops the fetcher for a fixed second.
constexpr int kHasFetchQueueBackoff = 0x02020000;
constexpr int kHasGroupProtocol = 0x02040000;
constexpr std::size_t kMaxBatchBytes = 1'000'000;
/// Above the brokers' usual socket.request.max.bytes, so that topics decide and not the client.
constexpr std::size_t kClientRecordLimit = 104'857'600;

Error Refused(const std::string& message) { return {ErrorKind::kInvalidConfig, message}; }

Status Set(rd_kafka_conf_s* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> text{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) !=
      RD_KAFKA_CONF_OK) {
    // Without the value, which may be a secret.
    return Refused("Kafka client property " + name + " refused: " + text.data());
  }
  return Ok();
}

Status SetAll(rd_kafka_conf_s* conf, const Options& options) {
  for (const auto& [name, value] : options) SLUICE_TRY(Set(conf, name, value));
  return Ok();
}

Options ConsumerDefaults() {
  Options defaults{
      // A corrupt set of records is reported, and fetched again, instead of being handed out.
      {"check.crcs", "true"},
      // The library takes some 300 bytes for each record, so that a fetch of tiny ones, compressed
      // at that, becomes many times its size.
      {"fetch.max.bytes", "8388608"},
      {"fetch.message.max.bytes", "1048576"},
      {"fetch.wait.max.ms", "100"},
      {"log.connection.close", "false"},
      // Both limits must exceed one second of traffic, since the fetcher of librdkafka before 2.2
      // sleeps for a second whenever one is reached. The second one is met by tiny records alone.
      {"queued.max.messages.kbytes", "98304"},
      {"queued.min.messages", "300000"},
      {"partition.assignment.strategy", "range,roundrobin"},
      {"reconnect.backoff.max.ms", "2000"},
      // A crashed member's partitions move on after this; heartbeats come from a thread that a
      // slow batch does not hold up.
      {"session.timeout.ms", "10000"},
      {"heartbeat.interval.ms", "3000"},
      {"socket.keepalive.enable", "true"},
      {"topic.metadata.refresh.interval.ms", "60000"},
  };
  if (rd_kafka_version() >= kHasFetchQueueBackoff) defaults["fetch.queue.backoff.ms"] = "20";
  if (rd_kafka_version() >= kHasGroupProtocol) defaults["group.protocol"] = "classic";
  return defaults;
}

Options ProducerDefaults() {
  return {
      {"batch.num.messages", "10000"},
      {"batch.size", std::to_string(kMaxBatchBytes)},
      {"compression.codec", "none"},
      // Only full batches leave before the end of a transaction, which pushes the rest.
      {"linger.ms", "100"},
      {"log.connection.close", "false"},
      // A transaction is handed over whole before its commit waits for it.
      {"queue.buffering.max.kbytes", "1048576"},
      {"queue.buffering.max.messages", "1000000"},
      {"reconnect.backoff.max.ms", "2000"},
      // While the markers of a transaction are still being written, the coordinator sends requests
      // of the next one away: the default of 100 ms would be seen as the slowest 1 % of all events.
      {"retry.backoff.ms", "20"},
      {"socket.keepalive.enable", "true"},
  };
}

/// The property's value after all settings, or 0.
std::size_t SizeOf(rd_kafka_conf_s* conf, const char* name) {
  std::array<char, 64> text{};
  std::size_t length = text.size();
  std::size_t value = 0;
  if (rd_kafka_conf_get(conf, name, text.data(), &length) != RD_KAFKA_CONF_OK) return 0;
  std::from_chars(text.data(), text.data() + length, value);
  return value;
}

Result<ConfHandle> Begin(ClientKind kind, const Options& defaults, const Options& options,
                         const std::string& brokers, const std::string& client_id) {
  const std::vector<OptionProblem> problems = CheckOptions(kind, options);
  if (!problems.empty()) return Refused(problems.front().message);
  ConfHandle conf(rd_kafka_conf_new());
  SLUICE_TRY(Set(conf.get(), "client.id", client_id));
  // A producer's asking for a topic would make it.
  SLUICE_TRY(Set(conf.get(), "allow.auto.create.topics", "false"));
  SLUICE_TRY(SetAll(conf.get(), defaults));
  SLUICE_TRY(SetAll(conf.get(), options));
  SLUICE_TRY(Set(conf.get(), "bootstrap.servers", brokers));
  return conf;
}

}  // namespace

Result<ConfHandle> ConsumerConf(const KafkaSourceSettings& settings) {
  Result<ConfHandle> conf = Begin(ClientKind::kConsumer, ConsumerDefaults(), settings.options,
                                  settings.brokers, settings.client_id);
  if (!conf) return conf;
  SLUICE_TRY(SetAll(conf.value().get(), {{"group.id", settings.group},
                                         {"enable.auto.commit", "false"},
                                         {"enable.auto.offset.store", "false"},
                                         // Starts are concrete offsets of ours; anything else that
                                         // would reset a position must be seen.
                                         {"auto.offset.reset", "error"},
                                         {"isolation.level", "read_committed"},
                                         // Says where the markers of transactions end.
                                         {"enable.partition.eof", "true"}}));
  return conf;
}

Result<ConfHandle> ProducerConf(const KafkaSinkSettings& settings,
                                std::size_t smallest_topic_limit) {
  Result<ConfHandle> conf = Begin(ClientKind::kProducer, ProducerDefaults(), settings.options,
                                  settings.brokers, settings.client_id);
  if (!conf) return conf;
  rd_kafka_conf_s* raw = conf.value().get();
  const std::size_t batch_size = std::min(SizeOf(raw, "batch.size"), smallest_topic_limit);
  const std::string timeout = std::to_string(settings.transaction_timeout.count());
  SLUICE_TRY(SetAll(raw, {{"acks", "all"},
                          {"enable.idempotence", "true"},
                          {"partitioner", "murmur2_random"},
                          // Only failures are reported, one by one; the rest is a count.
                          {"delivery.report.only.error", "true"},
                          {"batch.size", std::to_string(std::max<std::size_t>(batch_size, 1))}}));
  if (!settings.options.contains("message.max.bytes")) {
    SLUICE_TRY(Set(raw, "message.max.bytes", std::to_string(ClientRecordLimit(settings))));
  }
  if (!settings.options.contains("message.timeout.ms") &&
      !settings.options.contains("delivery.timeout.ms")) {
    SLUICE_TRY(Set(raw, "message.timeout.ms", timeout));
  }
  if (settings.delivery == Delivery::kExactlyOnce) {
    SLUICE_TRY(Set(raw, "transactional.id", settings.transactional_id));
    SLUICE_TRY(Set(raw, "transaction.timeout.ms", timeout));
  }
  return conf;
}

Result<ConfHandle> AdminConf(const KafkaSinkSettings& settings) {
  return Begin(ClientKind::kProducer, {{"log.connection.close", "false"}}, settings.options,
               settings.brokers, settings.client_id);
}

std::size_t ClientRecordLimit(const KafkaSinkSettings& settings) {
  const auto option = settings.options.find("message.max.bytes");
  if (option != settings.options.end()) {
    std::size_t value = 0;
    const std::string& text = option->second;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  return std::max(kClientRecordLimit, settings.max_record_bytes);
}

}  // namespace sluice::kafka
