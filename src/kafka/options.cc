#include "kafka/options.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "kafka/handles.h"

namespace sluice::kafka {
namespace {

struct OwnedOption {
  std::string_view name;
  std::string_view reason;
};

constexpr std::string_view kUseBrokers = "set `brokers` instead";
constexpr std::string_view kNoAutoCreate =
    "topics are never created by sluice: a missing one is waited for and named";
constexpr std::string_view kOffsetsWithOutputs =
    "offsets are committed together with the outputs, never by the client library";
constexpr std::string_view kNoStatistics = "lag and errors are metrics already";
constexpr std::string_view kAllReplicas =
    "every output must be acknowledged by all in-sync replicas before its offset is committed";

constexpr auto kCommon = std::to_array<OwnedOption>({
    {"bootstrap.servers", kUseBrokers},
    {"metadata.broker.list", kUseBrokers},
    {"allow.auto.create.topics", kNoAutoCreate},
    {"statistics.interval.ms", kNoStatistics},
    {"enabled_events", "sluice serves the library's events itself"},
    {"log.queue", "sluice takes the library's logs as they come"},
});

constexpr auto kConsumer = std::to_array<OwnedOption>({
    {"group.id", "set `group` instead"},
    {"enable.auto.commit", kOffsetsWithOutputs},
    {"auto.commit.enable", kOffsetsWithOutputs},
    {"auto.commit.interval.ms", kOffsetsWithOutputs},
    {"enable.auto.offset.store", kOffsetsWithOutputs},
    {"auto.offset.reset", "set `auto_offset_reset` instead"},
    {"isolation.level",
     "it must be read_committed: aborted records are no input, and offsets of open transactions "
     "must not be seen"},
    {"enable.partition.eof", "a topic never ends"},
});

constexpr auto kProducer = std::to_array<OwnedOption>({
    {"transactional.id", "set `transactional_id` instead"},
    {"transaction.timeout.ms", "set `transaction_timeout` instead"},
    {"enable.idempotence", "without it a resent request writes a record twice"},
    {"acks", kAllReplicas},
    {"request.required.acks", kAllReplicas},
    {"partitioner", "it is murmur2_random, so that keys land where the Java producers put them"},
    {"partitioner_cb", "it is murmur2_random"},
    {"delivery.report.only.error", "sluice counts deliveries itself"},
    {"enable.gapless.guarantee", "a transaction has no gaps"},
});

void CheckOwned(const Options& options, std::span<const OwnedOption> owned,
                std::vector<OptionProblem>& problems) {
  for (const OwnedOption& option : owned) {
    const std::string name(option.name);
    if (options.contains(name)) {
      problems.push_back({name, name + " can't be set: " + std::string(option.reason) + "."});
    }
  }
}

void CheckProtocol(const Options& options, std::vector<OptionProblem>& problems) {
  const auto strategy = options.find("partition.assignment.strategy");
  if (strategy != options.end() &&
      strategy->second.find("cooperative-sticky") != std::string::npos) {
    problems.push_back(
        {strategy->first,
         "partition.assignment.strategy can't be cooperative-sticky: a rebalance discards the "
         "batch in hand whatever the strategy, and librdkafka before 2.10.1 loses assignments "
         "with it; use range or roundrobin."});
  }
  const auto protocol = options.find("group.protocol");
  if (protocol != options.end() && protocol->second != "classic") {
    problems.push_back({protocol->first,
                        "group.protocol must be classic: the other one assigns incrementally, "
                        "which is not supported."});
  }
}

}  // namespace

std::vector<OptionProblem> CheckOptions(ClientKind kind, const Options& options) {
  std::vector<OptionProblem> problems;
  CheckOwned(options, kCommon, problems);
  if (kind == ClientKind::kConsumer) {
    CheckOwned(options, kConsumer, problems);
    CheckProtocol(options, problems);
  } else {
    CheckOwned(options, kProducer, problems);
  }
  const std::size_t owned = problems.size();
  const ConfHandle conf(rd_kafka_conf_new());
  for (const auto& [name, value] : options) {
    const auto refused = std::span(problems).first(owned);
    if (std::ranges::find(refused, name, &OptionProblem::name) != refused.end()) continue;
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      problems.push_back({name, "librdkafka " + std::string(rd_kafka_version_str()) + " refuses " +
                                    name + ": " + text.data() + "."});
    }
  }
  return problems;
}

}  // namespace sluice::kafka
