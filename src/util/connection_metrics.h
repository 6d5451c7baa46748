#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "sluice/metrics.h"

namespace sluice {

/// Upper bounds in seconds for a server that answers within the machine or the rack.
inline const std::vector<double>& NearBuckets() {
  static const std::vector<double> kBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                               0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};
  return kBuckets;
}

/// What the connections to one store have in common: errors by kind, reconnects and round trips,
/// named `<prefix>_errors_total` and so on. `Fault` is an enum whose last value is kOther, with a
/// FaultName beside it. Thread-safe; the registry must outlive it.
template <typename Fault>
class ConnectionMetrics {
 public:
  struct Texts {
    std::string prefix;      ///< Such as sluice_redis.
    std::string errors;      ///< What counts as one.
    std::string round_trip;  ///< From when to when.
  };
  ConnectionMetrics(MetricsRegistry& registry, const std::string& store, const Texts& texts,
                    const std::vector<double>& buckets)
      : reconnects_(registry.CounterOf(texts.prefix + "_reconnects_total",
                                       "Connections made again after an earlier one was lost.",
                                       {{"store", store}})),
        round_trip_(registry.HistogramOf(texts.prefix + "_round_trip_seconds", texts.round_trip,
                                         {{"store", store}}, buckets)) {
    for (std::size_t i = 0; i < kFaults; ++i) {
      const std::string kind(FaultName(static_cast<Fault>(i)));
      errors_[i] = &registry.CounterOf(texts.prefix + "_errors_total", texts.errors,
                                       {{"store", store}, {"kind", kind}});
    }
  }

  void CountError(Fault fault) { errors_[static_cast<std::size_t>(fault)]->Increment(); }
  /// A connection was made again after an earlier one.
  void CountReconnect() { reconnects_.Increment(); }
  void ObserveRoundTrip(std::chrono::duration<double> time) { round_trip_.Observe(time.count()); }

 private:
  static constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::kOther) + 1;
  std::array<Counter*, kFaults> errors_{};
  Counter& reconnects_;
  Histogram& round_trip_;
};

}  // namespace sluice
