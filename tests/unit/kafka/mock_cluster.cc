#include "unit/kafka/mock_cluster.h"

namespace sluice::kafka {

MockCluster::MockCluster(int brokers)
    : host_(NewClient(RD_KAFKA_PRODUCER, {{"log_level", "3"}})),
      cluster_(rd_kafka_mock_cluster_new(host_.get(), brokers)) {}

MockCluster::~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }

void MockCluster::CreateTopic(const std::string& name, int partitions) {
  rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
}

void MockCluster::SetTopicError(const std::string& name, bool missing) {
  rd_kafka_mock_topic_set_error(
      cluster_, name.c_str(),
      missing ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : RD_KAFKA_RESP_ERR_NO_ERROR);
}

void MockCluster::FailNext(std::int16_t api_key, rd_kafka_resp_err_t error, std::size_t times) {
  const std::vector<rd_kafka_resp_err_t> errors(times, error);
  rd_kafka_mock_push_request_errors_array(cluster_, api_key, errors.size(), errors.data());
}

}  // namespace sluice::kafka
