#include "kafka/topic_presence.h"

#include <librdkafka/rdkafka.h>

#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

/// The topic's own error code, or an Error if nobody answered.
Result<int> AskForTopic(rd_kafka_s* client, const std::string& name,
                        std::chrono::milliseconds timeout) {
  const TopicHandle topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  if (topic == nullptr) {
    return Error{ErrorKind::kInvalidConfig, "topic name \"" + name + "\" is not valid"};
  }
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t err =
      rd_kafka_metadata(client, 0, topic.get(), &metadata, static_cast<int>(timeout.count()));
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{ErrorKind::kUnavailable,
                 "asking the brokers for topic " + name + ": " + CodeText(err)};
  }
  const int code =
      metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  rd_kafka_metadata_destroy(metadata);
  return code;
}

}  // namespace

Status CheckTopicsExist(rd_kafka_s* client, const std::vector<std::string>& topics,
                        const std::string& use, std::chrono::milliseconds timeout) {
  std::string missing;
  for (const std::string& name : topics) {
    Result<int> code = AskForTopic(client, name, timeout);
    if (!code) return std::move(code).error();
    // A topic without a leader exists: its records are waited for.
    if (code.value() == RD_KAFKA_RESP_ERR_NO_ERROR ||
        code.value() == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      continue;
    }
    missing += (missing.empty() ? "" : ", ") + name + " (" + CodeText(code.value()) + ")";
  }
  if (missing.empty()) return Ok();
  return Error{ErrorKind::kUnavailable,
               use + " topic not usable: " + missing +
                   "; create it or grant Describe on it, sluice goes on by itself"};
}

}  // namespace sluice::kafka
