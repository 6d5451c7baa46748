#pragma once

#include <string>

#include "cassandra/cassandra_fault.h"
#include "sluice/metrics.h"
#include "util/connection_metrics.h"

namespace sluice::cassandra {

/// The metrics of the connections to one store. Thread-safe; the registry must outlive it.
class CassandraMetrics : public ConnectionMetrics<Fault> {
 public:
  CassandraMetrics(MetricsRegistry& registry, const std::string& store);
};

}  // namespace sluice::cassandra
