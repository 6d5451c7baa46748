#pragma once

#include <array>
#include <chrono>
#include <string>

#include "postgres/postgres_fault.h"
#include "sluice/metrics.h"

namespace sluice {

/// The metrics of the connections to one store. Thread-safe; the registry must outlive it.
class PostgresMetrics {
 public:
  PostgresMetrics(MetricsRegistry& registry, const std::string& store);

  void CountError(PostgresFault fault) { errors_[static_cast<std::size_t>(fault)]->Increment(); }
  /// A connection was made again after an earlier one.
  void CountReconnect() { reconnects_.Increment(); }
  void ObserveRoundTrip(std::chrono::duration<double> time) { round_trip_.Observe(time.count()); }

 private:
  static constexpr std::size_t kFaults = static_cast<std::size_t>(PostgresFault::kOther) + 1;
  std::array<Counter*, kFaults> errors_{};
  Counter& reconnects_;
  Histogram& round_trip_;
};

}  // namespace sluice
