#pragma once

#include <array>
#include <chrono>
#include <string>

#include "rest/fault.h"
#include "sluice/metrics.h"

namespace sluice {

/// The metrics of the requests to one store. Thread-safe; the registry must outlive it.
class RestMetrics {
 public:
  RestMetrics(MetricsRegistry& registry, const std::string& store);

  void CountError(HttpFault fault) {
    if (fault != HttpFault::kNone) errors_[static_cast<std::size_t>(fault)]->Increment();
  }
  /// A key is asked for again.
  void CountRetry() { retries_.Increment(); }
  void CountConnections(long made) {
    if (made > 0) connections_.Add(static_cast<double>(made));
  }
  void ObserveRoundTrip(std::chrono::duration<double> time) { round_trip_.Observe(time.count()); }

 private:
  std::array<Counter*, kHttpFaults> errors_{};
  Counter& retries_;
  Counter& connections_;
  Histogram& round_trip_;
};

}  // namespace sluice
