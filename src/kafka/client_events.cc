#include "kafka/client_events.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <utility>

#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

constexpr int kLogError = 3;
/// The library's name for a log line that is about a partition's part in a transaction; below the
/// level of an error it says nothing without `debug`.
constexpr std::string_view kRegistration = "ADDPARTS";
/// What the brokers say of the other partitions of the same request.
constexpr std::string_view kBystander = "not attempted";
/// Before it, the nonce of SCRAM is one that Kafka 4 refuses as a wrong password.
constexpr int kKeepsNonce = 0x02060100;

std::string ConnectionAdvice(int code, std::string_view reason) {
  const bool denied = code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
                      code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED;
  if (!denied || rd_kafka_version() >= kKeepsNonce) return {};
  if (reason.find("SCRAM") == std::string_view::npos) return {};
  return std::string("; with Kafka 4, SCRAM needs librdkafka 2.6.1 or newer, and this is ") +
         rd_kafka_version_str() + ": use a newer one, or PLAIN over TLS";
}

}  // namespace

std::string WithoutSecrets(std::string_view text) {
  constexpr std::string_view kQuoted = "sasl.oauthbearer.config";
  const std::size_t at = text.find(kQuoted);
  if (at == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, at + kQuoted.size())) + " [the rest may be secret]";
}

ClientEvents::ClientEvents(MetricsRegistry& registry, std::string client, LogSink log, void* owner)
    : errors_(registry, std::move(client)), log_(std::move(log)), owner_(owner) {}

void ClientEvents::Install(rd_kafka_conf_s* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_error_cb(conf, &ClientEvents::OnError);
  rd_kafka_conf_set_log_cb(conf, &ClientEvents::OnLog);
}

void ClientEvents::Note(int code, const std::string& text) {
  errors_.Count(code);
  Log(kLogError, CodeName(code), text);
}

void ClientEvents::Log(int level, std::string_view facility, std::string_view text) const {
  if (log_ && !muted_) log_(level, facility, WithoutSecrets(text));
}

void ClientEvents::OnError(rd_kafka_s* client, int code, const char* reason, void* opaque) {
  auto* events = static_cast<ClientEvents*>(opaque);
  events->errors_.Count(code);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    events->brokers_down_ = true;
    return;
  }
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> text{};
    rd_kafka_fatal_error(client, text.data(), text.size());
    events->Log(kLogError, "FATAL", text.data());
    return;
  }
  events->last_error_ = WithoutSecrets(reason) + ConnectionAdvice(code, reason);
}

std::string ClientEvents::TakeRefusedPartition() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(refused_partition_, {});
}

void ClientEvents::OnLog(const rd_kafka_s* client, int level, const char* facility,
                         const char* text) {
  // A client that is being made or destroyed may have no opaque.
  const auto* events = static_cast<const ClientEvents*>(rd_kafka_opaque(client));
  if (events == nullptr) return;
  const std::string_view line = text;
  if (std::string_view(facility) == kRegistration && line.find(kBystander) == line.npos) {
    const std::scoped_lock lock(events->mutex_);
    events->refused_partition_ = text;
  }
  events->Log(level, facility, text);
}

}  // namespace sluice::kafka
