#include "kafka/unanswered.h"

#include <librdkafka/rdkafka.h>

namespace sluice::kafka {
namespace {

constexpr const char* kName = "sluice";

/// Numbers of the Kafka protocol.
constexpr std::int16_t kAddPartitionsToTxn = 24;
constexpr std::int16_t kAddOffsetsToTxn = 25;
constexpr std::int16_t kEndTxn = 26;
constexpr std::int16_t kTxnOffsetCommit = 28;

bool IsOfTransaction(std::int16_t api_key) {
  return api_key == kAddPartitionsToTxn || api_key == kAddOffsetsToTxn || api_key == kEndTxn ||
         api_key == kTxnOffsetCommit;
}

/// The library calls it for every request that is done with: with its answer, or with the reason
/// why there will be none.
rd_kafka_resp_err_t OnResponse(rd_kafka_t* /*client*/, int /*socket*/, const char* /*broker*/,
                               std::int32_t /*broker_id*/, std::int16_t api_key,
                               std::int16_t /*version*/, std::int32_t /*correlation*/,
                               size_t /*size*/, std::int64_t /*rtt*/, rd_kafka_resp_err_t error,
                               void* opaque) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<UnansweredRequests*>(opaque)->Note(api_key);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t OnNew(rd_kafka_t* client, const rd_kafka_conf_t* /*conf*/, void* opaque,
                          char* /*text*/, size_t /*size*/) {
  return rd_kafka_interceptor_add_on_response_received(client, kName, &OnResponse, opaque);
}

}  // namespace

void UnansweredRequests::Install(rd_kafka_conf_s* conf) {
  rd_kafka_conf_interceptor_add_on_new(conf, kName, &OnNew, this);
}

void UnansweredRequests::Note(std::int16_t api_key) {
  if (IsOfTransaction(api_key)) any_ = true;
  if (api_key == kTxnOffsetCommit) offsets_ = true;
}

}  // namespace sluice::kafka
