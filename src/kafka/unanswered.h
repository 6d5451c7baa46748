#pragma once

#include <atomic>

#include "kafka/handles.h"

namespace sluice::kafka {

/// Finds out whether a request about a transaction (offsets, end, partitions) got no answer: the
/// library sends it again by itself, says nothing of that, and a copy that is late could end the
/// next transaction of the same producer, or put back its offsets.
/// Set by the library's threads, read by the worker's. Must outlive the client.
class UnansweredRequests {
 public:
  UnansweredRequests() = default;
  UnansweredRequests(const UnansweredRequests&) = delete;
  UnansweredRequests& operator=(const UnansweredRequests&) = delete;

  /// Makes the client-to-be report to this object.
  void Install(rd_kafka_conf_s* conf);

  [[nodiscard]] bool any() const { return any_.load(); }

 private:
  std::atomic<bool> any_{false};
};

}  // namespace sluice::kafka
