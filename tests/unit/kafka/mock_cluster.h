#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kafka/handles.h"
#include "unit/kafka/kafka_client.h"

namespace sluice::kafka {

/// Brokers inside this process, from the client library itself. They know groups and the calls of
/// transactions, but keep no offsets of a transaction and never hide an aborted record.
class MockCluster {
 public:
  explicit MockCluster(int brokers = 1);
  ~MockCluster();
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  [[nodiscard]] std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void CreateTopic(const std::string& name, int partitions = 1);
  /// As if the topic were not there, for those who ask.
  void HideTopic(const std::string& name) { SetTopicError(name, true); }
  void ShowTopic(const std::string& name) { SetTopicError(name, false); }
  void SetDown() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void SetUp() { rd_kafka_mock_broker_set_up(cluster_, 1); }
  /// The next request of that kind (ApiKey of Kafka's protocol) fails.
  void FailNext(std::int16_t api_key, rd_kafka_resp_err_t error, std::size_t times = 1);

  void Produce(const std::string& topic, const std::vector<std::string>& values,
               std::int32_t partition = 0) {
    WriteTopic(brokers(), topic, partition, values);
  }
  std::vector<SeenRecord> Read(const std::string& topic, std::size_t count) {
    return ReadTopic(brokers(), topic, count);
  }

 private:
  void SetTopicError(const std::string& name, bool missing);

  ClientHandle host_;
  rd_kafka_mock_cluster_t* cluster_;
};

namespace api {
inline constexpr std::int16_t kProduce = 0;
inline constexpr std::int16_t kFetch = 1;
inline constexpr std::int16_t kOffsetCommit = 8;
inline constexpr std::int16_t kOffsetFetch = 9;
inline constexpr std::int16_t kInitProducerId = 22;
inline constexpr std::int16_t kAddOffsetsToTxn = 25;
inline constexpr std::int16_t kEndTxn = 26;
inline constexpr std::int16_t kTxnOffsetCommit = 28;
}  // namespace api

}  // namespace sluice::kafka
