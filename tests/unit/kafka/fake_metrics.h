#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/metrics.h"

namespace sluice::kafka {

/// Metrics that a test can read back: "name{label=value,...}" -> value.
class FakeMetrics final : public MetricsRegistry {
 public:
  Counter& CounterOf(const std::string& name, const std::string& /*help*/,
                     const Labels& labels) override {
    return Of(name, labels);
  }
  Gauge& GaugeOf(const std::string& name, const std::string& /*help*/,
                 const Labels& labels) override {
    return Of(name, labels);
  }
  std::shared_ptr<Gauge> LeaseGauge(const std::string& name, const std::string& help,
                                    const Labels& labels) override {
    return {&GaugeOf(name, help, labels), [](Gauge* gauge) { gauge->Set(-1); }};
  }
  Histogram& HistogramOf(const std::string& name, const std::string& /*help*/, const Labels& labels,
                         const std::vector<double>& /*buckets*/) override {
    return Of(name, labels);
  }

  /// Sum, last value or number of observations; 0 if nobody asked for it.
  [[nodiscard]] double Value(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    return found == values_.end() ? 0 : found->second->value;
  }

 private:
  struct Metric final : public Counter, public Gauge, public Histogram {
    void Add(double amount) override { value += amount; }
    void Set(double amount) override { value = amount; }
    void Observe(double /*amount*/) override { value += 1; }
    double value = 0;
  };

  Metric& Of(const std::string& name, const Labels& labels) {
    std::string key = name;
    for (const auto& [label, value] : labels) {
      key.append(key == name ? "{" : ",").append(label).append("=").append(value);
    }
    if (!labels.empty()) key += "}";
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Metric>& metric = values_[key];
    if (metric == nullptr) metric = std::make_unique<Metric>();
    return *metric;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Metric>> values_;
};

}  // namespace sluice::kafka
