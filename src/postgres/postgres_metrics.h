#pragma once

#include <string>

#include "postgres/postgres_fault.h"
#include "sluice/metrics.h"
#include "util/connection_metrics.h"

namespace sluice {

/// The metrics of the connections to one store. Thread-safe; the registry must outlive it.
class PostgresMetrics : public ConnectionMetrics<PostgresFault> {
 public:
  PostgresMetrics(MetricsRegistry& registry, const std::string& store);
};

}  // namespace sluice
