#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/metrics.h"

namespace sluice {

/// Counters and histograms that were found once, for whoever looks at them often: Read takes no
/// lock, so that nobody who counts waits for it. Valid as long as the registry. Thread-safe.
class MetricsView {
 public:
  /// By the value of a label, then by name and other labels: "sluice_lookups_total{result=found}".
  /// A histogram is its count and its sum.
  using Values = std::map<std::string, std::map<std::string, double>>;
  [[nodiscard]] Values Read() const;

 private:
  friend class PrometheusMetrics;
  struct Series {
    std::string group;
    std::string name;
    std::function<double()> value;
  };
  std::vector<Series> series_;
};

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

  /// The counters and histograms that have this label by now.
  [[nodiscard]] MetricsView ViewBy(const std::string& label) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice
