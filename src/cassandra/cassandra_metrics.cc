#include "cassandra/cassandra_metrics.h"

#include <vector>

namespace sluice::cassandra {
namespace {

/// A quorum of nodes, which may stand in several places.
const std::vector<double>& Buckets() {
  static const std::vector<double> kBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                               0.1,    0.25,  0.5,    1,     2.5,  5,     10};
  return kBuckets;
}

}  // namespace

CassandraMetrics::CassandraMetrics(MetricsRegistry& registry, const std::string& store)
    : ConnectionMetrics(registry, store,
                        {"sluice_cassandra", "Failures of connections and error replies, by kind.",
                         "Time from sending a batch of requests to having its last reply, the work "
                         "done meanwhile "
                         "included."},
                        Buckets()) {}

}  // namespace sluice::cassandra
