#include "metrics/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace sluice {
namespace {

using LabelMap = std::map<std::string, std::string>;
using Key = std::pair<std::string, LabelMap>;

LabelMap Sorted(const Labels& labels) { return {labels.begin(), labels.end()}; }

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double amount) override { counter_.Increment(amount); }
  /// Takes no lock.
  [[nodiscard]] double value() const { return counter_.Value(); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double amount) override { gauge_.Increment(amount); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double value) override {
    histogram_.Observe(value);
    totals_->count.fetch_add(1, std::memory_order_relaxed);
    totals_->sum.fetch_add(value, std::memory_order_relaxed);
  }
  /// What the library gives only under the lock that Observe takes.
  struct Totals {
    std::atomic<std::uint64_t> count{0};
    std::atomic<double> sum{0};
  };
  [[nodiscard]] const Totals& totals() const { return *totals_; }

 private:
  prometheus::Histogram& histogram_;
  std::unique_ptr<Totals> totals_ = std::make_unique<Totals>();
};

/// "sluice_lookups_total{result=found}", without the label `left_out`.
std::string SeriesName(const std::string& name, const LabelMap& labels,
                       const std::string& left_out) {
  std::string text;
  for (const auto& [label, value] : labels) {
    if (label == left_out) continue;
    text += text.empty() ? "{" : ",";
    text += label;
    text += '=';
    text += value;
  }
  if (!text.empty()) text += '}';
  return name + text;
}

/// The entry of `key`, made by `make` if there is none.
template <typename Metric, typename Make>
Metric& FindOrMake(std::map<Key, Metric>& metrics, const Key& key, const Make& make) {
  const auto found = metrics.find(key);
  if (found != metrics.end()) return found->second;
  return metrics.emplace(key, make()).first->second;
}

}  // namespace

struct PrometheusMetrics::State {
  std::mutex mutex;
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::map<Key, PrometheusCounter> counters;
  std::map<Key, PrometheusGauge> gauges;
  std::map<Key, PrometheusHistogram> histograms;
  std::map<Key, std::weak_ptr<Gauge>> leases;
  std::map<std::string, std::vector<double>> buckets;
};

PrometheusMetrics::PrometheusMetrics() : state_(std::make_unique<State>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

Counter& PrometheusMetrics::CounterOf(const std::string& name, const std::string& help,
                                      const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  const Key key{name, Sorted(labels)};
  return FindOrMake(state_->counters, key, [&] {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
    return PrometheusCounter(family.Add(key.second));
  });
}

Gauge& PrometheusMetrics::GaugeOf(const std::string& name, const std::string& help,
                                  const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  const Key key{name, Sorted(labels)};
  return FindOrMake(state_->gauges, key, [&] {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
    return PrometheusGauge(family.Add(key.second));
  });
}

std::shared_ptr<Gauge> PrometheusMetrics::LeaseGauge(const std::string& name,
                                                     const std::string& help,
                                                     const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  Key key{name, Sorted(labels)};
  std::weak_ptr<Gauge>& known = state_->leases[key];
  if (std::shared_ptr<Gauge> held = known.lock()) return held;
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  prometheus::Gauge& gauge = family.Add(key.second);
  gauge.Set(0);
  auto end = [state = state_.get(), &family, &gauge, key](Gauge* ended) {
    delete ended;
    const std::lock_guard end_lock(state->mutex);
    // Another holder may have come since the last one went.
    const auto lease = state->leases.find(key);
    if (lease == state->leases.end() || !lease->second.expired()) return;
    family.Remove(&gauge);
    state->leases.erase(lease);
  };
  std::shared_ptr<Gauge> lease(new PrometheusGauge(gauge), std::move(end));
  known = lease;
  return lease;
}

Histogram& PrometheusMetrics::HistogramOf(const std::string& name, const std::string& help,
                                          const Labels& labels,
                                          const std::vector<double>& buckets) {
  const std::lock_guard lock(state_->mutex);
  const Key key{name, Sorted(labels)};
  return FindOrMake(state_->histograms, key, [&] {
    const auto& bounds = state_->buckets.emplace(name, buckets).first->second;
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
    return PrometheusHistogram(family.Add(key.second, bounds));
  });
}

MetricsView PrometheusMetrics::ViewBy(const std::string& label) const {
  const std::lock_guard lock(state_->mutex);
  MetricsView view;
  const auto add = [&](const Key& key, const std::string& suffix, std::function<double()> value) {
    const auto group = key.second.find(label);
    if (group == key.second.end()) return;
    view.series_.push_back(
        {group->second, SeriesName(key.first + suffix, key.second, label), std::move(value)});
  };
  // Elements of a map stay where they are.
  for (const auto& [key, counter] : state_->counters) {
    add(key, "", [&counter = counter] { return counter.value(); });
  }
  for (const auto& [key, histogram] : state_->histograms) {
    const PrometheusHistogram::Totals& totals = histogram.totals();
    add(key, "_count", [&totals] { return static_cast<double>(totals.count.load()); });
    add(key, "_sum", [&totals] { return totals.sum.load(); });
  }
  return view;
}

MetricsView::Values MetricsView::Read() const {
  Values values;
  for (const Series& series : series_) values[series.group][series.name] = series.value();
  return values;
}

std::string PrometheusMetrics::Text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace sluice
