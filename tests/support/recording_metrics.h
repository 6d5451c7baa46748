#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/metrics.h"

namespace sluice::testing {

/// A registry that keeps what it was told, for tests to look at.
class RecordingMetrics final : public MetricsRegistry {
 public:
  Counter& CounterOf(const std::string& name, const std::string& /*help*/,
                     const Labels& labels) override {
    return Find(name, labels);
  }
  Gauge& GaugeOf(const std::string& name, const std::string& /*help*/,
                 const Labels& labels) override {
    return Find(name, labels);
  }
  Histogram& HistogramOf(const std::string& name, const std::string& /*help*/, const Labels& labels,
                         const std::vector<double>& /*buckets*/) override {
    return Find(name, labels);
  }

  /// The counter's sum, the gauge's value, or how often the histogram was observed; 0 if unknown.
  [[nodiscard]] double Value(const std::string& name, const Labels& labels = {}) const {
    const std::lock_guard lock(mutex_);
    const auto found = series_.find(Key(name, labels));
    return found == series_.end() ? 0 : found->second->Get();
  }

 private:
  class Series final : public Counter, public Gauge, public Histogram {
   public:
    void Add(double amount) override {
      const std::lock_guard lock(mutex_);
      value_ += amount;
    }
    void Set(double value) override {
      const std::lock_guard lock(mutex_);
      value_ = value;
    }
    void Observe(double /*value*/) override { Add(1); }
    double Get() const {
      const std::lock_guard lock(mutex_);
      return value_;
    }

   private:
    mutable std::mutex mutex_;
    double value_ = 0;
  };

  static std::string Key(const std::string& name, const Labels& labels) {
    std::string key = name;
    for (const auto& [label, value] : labels) key += "|" + label + "=" + value;
    return key;
  }

  Series& Find(const std::string& name, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    auto& series = series_[Key(name, labels)];
    if (series == nullptr) series = std::make_unique<Series>();
    return *series;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Series>> series_;
};

}  // namespace sluice::testing
