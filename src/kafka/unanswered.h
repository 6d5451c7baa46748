#pragma once

#include <atomic>
#include <cstdint>

#include "kafka/handles.h"

namespace sluice::kafka {

/// Finds out whether a request about a transaction (offsets, end, partitions) got no answer: the
/// library sends it again by itself, says nothing of that, and a copy that is late could end the
/// next transaction of the same producer, or spoil its offsets.
/// Set by the library's threads, read by the worker's. Must outlive the client.
class UnansweredRequests {
 public:
  /// `offsets` is set as well where the request was one with offsets. It must outlive the client.
  explicit UnansweredRequests(std::atomic<bool>& offsets) : offsets_(offsets) {}
  UnansweredRequests(const UnansweredRequests&) = delete;
  UnansweredRequests& operator=(const UnansweredRequests&) = delete;

  /// Makes the client-to-be report to this object.
  void Install(rd_kafka_conf_s* conf);

  /// Called by the library's threads.
  void Note(std::int16_t api_key);
  [[nodiscard]] bool any() const { return any_.load(); }

 private:
  std::atomic<bool> any_{false};
  std::atomic<bool>& offsets_;
};

}  // namespace sluice::kafka
