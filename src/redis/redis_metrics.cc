#include "redis/redis_metrics.h"

namespace sluice {

RedisMetrics::RedisMetrics(MetricsRegistry& registry, const std::string& store)
    : ConnectionMetrics(registry, store,
                        {"sluice_redis", "Failures of connections and error replies, by kind.",
                         "Time from sending a batch of commands to having its last reply, the work "
                         "done meanwhile "
                         "included."},
                        NearBuckets()),
      server_changes_(registry.CounterOf(
          "sluice_redis_server_changes_total",
          "Reconnects that found a restarted or another server, or another role of it: claims may "
          "have been lost, so that duplicates pass.",
          {{"store", store}})) {}

}  // namespace sluice
