#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/metrics.h"

namespace sluice {

/// The process's metrics, kept by prometheus-cpp. Thread-safe: registration takes a lock, counting
/// goes straight to the metric.
///
/// Names and label names are constants of the code: one that Prometheus does not allow, or one name
/// for two kinds of metric, is a programming error and throws std::invalid_argument.
class PrometheusMetrics final : public MetricsRegistry {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;
  PrometheusMetrics(const PrometheusMetrics&) = delete;
  PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;

  Counter& CounterOf(const std::string& name, const std::string& help,
                     const Labels& labels) override;
  Gauge& GaugeOf(const std::string& name, const std::string& help, const Labels& labels) override;
  std::shared_ptr<Gauge> LeaseGauge(const std::string& name, const std::string& help,
                                    const Labels& labels) override;
  Histogram& HistogramOf(const std::string& name, const std::string& help, const Labels& labels,
                         const std::vector<double>& buckets) override;

  /// All metrics in Prometheus' text format, version 0.0.4.
  [[nodiscard]] std::string Text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice
