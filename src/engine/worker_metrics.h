#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "sluice/metrics.h"

namespace sluice {

/// What became of a worker's transactions; workers of a process add to the same series.
class WorkerMetrics {
 public:
  using Seconds = std::chrono::duration<double>;

  /// `name` is the name of the file's pipeline, or of the flow of several.
  WorkerMetrics(MetricsRegistry& registry, const std::string& name);

  void Committed(std::size_t records, Seconds total, Seconds commit);
  /// A transaction that did not come to pass; `result` is the error kind.
  void Failed(std::string_view result);
  /// The change in the number of workers that wait.
  void Waiting(int change) { waiting_.Add(change); }

 private:
  Gauge& waiting_;
  Histogram& transaction_seconds_;
  Histogram& commit_seconds_;
  Histogram& transaction_records_;
  std::map<std::string, Counter*, std::less<>> results_;
};

}  // namespace sluice
