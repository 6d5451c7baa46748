#include "kafka/client_check.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "kafka/client_conf.h"
#include "kafka/handles.h"

namespace sluice::kafka {
namespace {

std::string ValueOf(const Options& options, const char* name, const char* alias) {
  for (const char* key : {name, alias}) {
    if (const auto found = options.find(key); found != options.end()) return found->second;
  }
  return {};
}

/// The properties that name files, for a refusal in which the library does not say which file.
std::string FilesOf(const Options& options) {
  std::string files;
  for (const auto& [name, value] : options) {
    if (name.starts_with("ssl.") && name.ends_with(".location")) {
      files.append(files.empty() ? " (" : ", ").append(name).append("=").append(value);
    }
  }
  return files.empty() ? "" : files + ")";
}

/// "" if the library knows the mechanism; it says so itself only if nothing else is wrong.
std::string FaultOfMechanism(const Options& options) {
  constexpr std::array kKnown = {"GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                 "OAUTHBEARER"};
  const std::string mechanism = ValueOf(options, "sasl.mechanism", "sasl.mechanisms");
  if (mechanism.empty() || std::ranges::find(kKnown, mechanism) != kKnown.end()) return {};
  return "there is no SASL mechanism `" + mechanism +
         "`; write GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER";
}

/// True if the library would run kinit as soon as the client is made.
bool RunsKinit(const Options& options) {
  const std::string mechanism = ValueOf(options, "sasl.mechanism", "sasl.mechanisms");
  const std::string protocol = ValueOf(options, "security.protocol", "security.protocol");
  const bool sasl =
      protocol.find("sasl") != std::string::npos || protocol.find("SASL") != std::string::npos;
  return sasl && (mechanism.empty() || mechanism == "GSSAPI");
}

void DropLine(const rd_kafka_t* /*client*/, int /*level*/, const char* /*facility*/,
              const char* /*line*/) {}

Status Check(rd_kafka_type_t type, const Options& options, Result<ConfHandle> conf) {
  if (!conf) return std::move(conf).error();
  if (std::string fault = FaultOfMechanism(options); !fault.empty()) {
    return Error{ErrorKind::kInvalidConfig, std::move(fault)};
  }
  if (options.empty() || RunsKinit(options)) return Ok();
  rd_kafka_conf_set_log_cb(conf.value().get(), DropLine);
  std::array<char, 512> text{};
  rd_kafka_t* made = rd_kafka_new(type, conf.value().get(), text.data(), text.size());
  if (made == nullptr) {
    return Error{ErrorKind::kInvalidConfig, "librdkafka " + std::string(rd_kafka_version_str()) +
                                                " can't use these properties: " + text.data() +
                                                FilesOf(options)};
  }
  conf.value().release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  rd_kafka_destroy_flags(made, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return Ok();
}

}  // namespace

Status CheckConsumer(KafkaSourceSettings settings) {
  settings.brokers.clear();
  return Check(RD_KAFKA_CONSUMER, settings.options, ConsumerConf(settings));
}

Status CheckProducer(KafkaSinkSettings settings) {
  settings.brokers.clear();
  return Check(RD_KAFKA_PRODUCER, settings.options,
               ProducerConf(settings, KafkaSinkSettings::kDefaultMaxRecordBytes));
}

}  // namespace sluice::kafka
