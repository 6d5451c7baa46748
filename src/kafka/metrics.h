#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/metrics.h"

namespace sluice::kafka {

/// What a consumer counts. Used on the worker's thread.
class SourceMetrics {
 public:
  explicit SourceMetrics(MetricsRegistry& registry);

  /// sluice_consumer_lag_records of one partition, exposed for as long as it is held.
  std::shared_ptr<Gauge> Lag(std::string_view topic, int partition);

  Counter& rebalances;
  Counter& received_records;
  Counter& received_bytes;
  Counter& rewinds;

 private:
  MetricsRegistry& registry_;
};

/// What a producer counts. Used on the worker's thread.
class SinkMetrics {
 public:
  explicit SinkMetrics(MetricsRegistry& registry);

  Counter& sent_records;
  Counter& sent_bytes;
  Counter& aborts;
  Counter& recreations;
  Counter& fencings;
  Histogram& commit_seconds;
};

/// sluice_kafka_errors_total{client,error}; `error` is librdkafka's code name.
class ErrorMetrics {
 public:
  ErrorMetrics(MetricsRegistry& registry, std::string client);
  void Count(int code);

 private:
  MetricsRegistry& registry_;
  std::string client_;
  std::map<int, Counter*> counters_;
};

}  // namespace sluice::kafka
