#include "rest/rest_metrics.h"

#include <vector>

namespace sluice {
namespace {

const std::vector<double>& RoundTripBuckets() {
  static const std::vector<double> kBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                               0.25,  0.5,    1,     2.5,  5,     10,   30};
  return kBuckets;
}

}  // namespace

RestMetrics::RestMetrics(MetricsRegistry& registry, const std::string& store)
    : retries_(registry.CounterOf("sluice_http_client_retries_total",
                                  "Requests that repeat one that was not answered usably.",
                                  {{"store", store}})),
      connections_(registry.CounterOf("sluice_http_client_connections_total",
                                      "Connections made; requests reuse those that are open.",
                                      {{"store", store}})),
      round_trip_(registry.HistogramOf("sluice_http_client_round_trip_seconds",
                                       "Time from the start of a request to the end of its answer.",
                                       {{"store", store}}, RoundTripBuckets())) {
  for (std::size_t i = 1; i < kHttpFaults; ++i) {
    const std::string kind(FaultName(static_cast<HttpFault>(i)));
    errors_[i] = &registry.CounterOf("sluice_http_client_errors_total",
                                     "Requests that brought no usable answer, by kind.",
                                     {{"store", store}, {"kind", kind}});
  }
}

}  // namespace sluice
