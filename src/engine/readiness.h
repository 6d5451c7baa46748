#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace sluice {

/// What keeps the process from doing its work right now, by part ("worker 0"). Thread-safe.
class Readiness {
 public:
  void NotReady(const std::string& part, const std::string& reason);
  void Ready(const std::string& part);
  /// "worker 0: redis 127.0.0.1:6379: connection refused"; empty: ready.
  [[nodiscard]] std::vector<std::string> Reasons() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> reasons_;
};

}  // namespace sluice
