#pragma once

#include <string>

#include "redis/fault.h"
#include "sluice/metrics.h"
#include "util/connection_metrics.h"

namespace sluice {

/// The metrics of the connections to one store. Thread-safe; the registry must outlive it.
class RedisMetrics : public ConnectionMetrics<RedisFault> {
 public:
  RedisMetrics(MetricsRegistry& registry, const std::string& store);

  /// After a reconnect another server, or one restarted or with another role, answered.
  void CountServerChange() { server_changes_.Increment(); }

 private:
  Counter& server_changes_;
};

}  // namespace sluice
