#include "kafka/rights_probe.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <list>
#include <utility>
#include <vector>

#include "kafka/client_conf.h"
#include "kafka/client_events.h"
#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

/// More than the rest of a set of records takes beside the value.
constexpr std::size_t kBeyond = 4096;

Result<ClientHandle> MakeProducer(Result<ConfHandle> conf, ClientEvents& events) {
  if (!conf) return std::move(conf).error();
  events.Install(conf.value().get());
  std::array<char, 512> text{};
  ClientHandle client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf.value().get(), text.data(), text.size()));
  if (client == nullptr) {
    return Error{ErrorKind::kInvalidConfig,
                 "making the Kafka client: " + WithoutSecrets(text.data())};
  }
  conf.value().release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  return client;
}

struct Fate {
  bool done = false;
  int code = 0;
};

void OnDelivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  *static_cast<Fate*>(message->_private) = {true, message->err};
}

/// Sends the value to the topic; the code that it was refused with.
int CodeOfRecord(rd_kafka_s* client, const std::string& topic, std::string& value,
                 std::chrono::milliseconds timeout, Fate& fate) {
  const rd_kafka_resp_err_t refused = rd_kafka_producev(
      client, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_VALUE(value.data(), value.size()),
      RD_KAFKA_V_OPAQUE(&fate), RD_KAFKA_V_END);
  if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) return refused;
  rd_kafka_flush(client, static_cast<int>(timeout.count()));
  if (fate.done) return fate.code;
  rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  return RD_KAFKA_RESP_ERR__TIMED_OUT;
}

}  // namespace

Status TryTransactions(const KafkaSinkSettings& settings, MetricsRegistry& metrics) {
  ClientEvents events(metrics, "admin", {}, nullptr);
  auto client =
      MakeProducer(ProducerConf(settings, KafkaSinkSettings::kDefaultMaxRecordBytes), events);
  if (!client) return std::move(client).error();
  ErrorHandle error(rd_kafka_init_transactions(client.value().get(),
                                               static_cast<int>(settings.request_timeout.count())));
  if (error == nullptr) return Ok();
  rd_kafka_poll(client.value().get(), 0);
  const CallFailure failure = Describe(client.value().get(), std::move(error));
  const bool unanswered = IsUnreachable(failure.code) || failure.retriable;
  std::string text = failure.text;
  if (unanswered && !events.last_error().empty()) text += " (" + events.last_error() + ")";
  return Error{unanswered ? ErrorKind::kUnavailable : ErrorKind::kInvalidConfig, std::move(text)};
}

Result<std::map<std::string, Status>> TryWrites(const KafkaSinkSettings& settings,
                                                const std::map<std::string, std::size_t>& limits,
                                                MetricsRegistry& metrics) {
  ClientEvents events(metrics, "admin", {}, nullptr);
  auto conf = AdminConf(settings);
  if (!conf) return std::move(conf).error();
  rd_kafka_conf_set_dr_msg_cb(conf.value().get(), &OnDelivery);
  // Over what the file says: a compressed record would be small enough to be written.
  const std::string most = std::to_string(kMostProbed + 2 * kBeyond);
  const std::string timeout = std::to_string(settings.request_timeout.count());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"compression.codec", "none"},
                                                        {"message.max.bytes", most},
                                                        {"linger.ms", "0"},
                                                        {"message.timeout.ms", timeout},
                                                        {"message.send.max.retries", "0"},
                                                        {"enable.idempotence", "false"}}) {
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(conf.value().get(), name.c_str(), value.c_str(), text.data(),
                          text.size()) != RD_KAFKA_CONF_OK) {
      return Error{ErrorKind::kInvalidConfig, text.data()};
    }
  }
  std::list<Fate> fates;  // The client, which points at them, goes first.
  auto client = MakeProducer(std::move(conf), events);
  if (!client) return std::move(client).error();
  std::map<std::string, Status> found;
  for (const auto& [topic, limit] : limits) {
    if (limit > kMostProbed) continue;
    std::string value(limit + kBeyond, ' ');
    const int code = CodeOfRecord(client.value().get(), topic, value, settings.request_timeout,
                                  fates.emplace_back());
    if (IsMissingRight(code)) {
      found.emplace(topic, Error{ErrorKind::kInvalidConfig, CodeText(code)});
    } else if (IsTooLarge(code) || code == RD_KAFKA_RESP_ERR_INVALID_RECORD) {
      found.emplace(topic, Ok());
    } else {
      found.emplace(topic, Error{ErrorKind::kUnavailable, CodeText(code)});
    }
  }
  return found;
}

}  // namespace sluice::kafka
