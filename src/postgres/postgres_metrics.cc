#include "postgres/postgres_metrics.h"

#include <vector>

namespace sluice {
namespace {

const std::vector<double>& RoundTripBuckets() {
  static const std::vector<double> kBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                               0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};
  return kBuckets;
}

}  // namespace

PostgresMetrics::PostgresMetrics(MetricsRegistry& registry, const std::string& store)
    : reconnects_(registry.CounterOf("sluice_postgres_reconnects_total",
                                     "Connections made again after an earlier one was lost.",
                                     {{"store", store}})),
      round_trip_(registry.HistogramOf(
          "sluice_postgres_round_trip_seconds",
          "Time from sending a batch of statements to having its last answer, the work done "
          "meanwhile included.",
          {{"store", store}}, RoundTripBuckets())) {
  for (std::size_t i = 0; i < kFaults; ++i) {
    const std::string kind(FaultName(static_cast<PostgresFault>(i)));
    errors_[i] = &registry.CounterOf("sluice_postgres_errors_total",
                                     "Failures of connections and statements, by kind.",
                                     {{"store", store}, {"kind", kind}});
  }
}

}  // namespace sluice
