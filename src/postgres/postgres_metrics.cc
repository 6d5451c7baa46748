#include "postgres/postgres_metrics.h"

namespace sluice {

PostgresMetrics::PostgresMetrics(MetricsRegistry& registry, const std::string& store)
    : ConnectionMetrics(
          registry, store,
          {"sluice_postgres", "Failures of connections and statements, by kind.",
           "Time from sending a batch of statements to having its last answer, the work done "
           "meanwhile included."},
          NearBuckets()) {}

}  // namespace sluice
