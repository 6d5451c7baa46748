#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// Grows only. Thread-safe, as all of these.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double amount) = 0;
  void Increment() { Add(1); }
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  /// For a gauge that several workers share: each adds the change of its own part.
  virtual void Add(double amount) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Where metrics come from. The same name and labels give the same object, which lives as
/// long as the registry; ask once at start, not per event. Names follow Prometheus:
/// sluice_<noun>_<unit>_total, base units; label values come from bounded sets.
class MetricsRegistry {
 public:
  virtual ~MetricsRegistry() = default;
  virtual Counter& CounterOf(const std::string& name, const std::string& help,
                             const Labels& labels) = 0;
  virtual Gauge& GaugeOf(const std::string& name, const std::string& help,
                         const Labels& labels) = 0;
  /// A gauge that is exposed for as long as somebody holds it, such as that of a partition that is
  /// owned. All holders of the same name and labels share one; the registry must outlive them.
  virtual std::shared_ptr<Gauge> LeaseGauge(const std::string& name, const std::string& help,
                                            const Labels& labels) = 0;
  /// `buckets` are the upper bounds, ascending; those of the first call of a name hold.
  virtual Histogram& HistogramOf(const std::string& name, const std::string& help,
                                 const Labels& labels, const std::vector<double>& buckets) = 0;
};

}  // namespace sluice
