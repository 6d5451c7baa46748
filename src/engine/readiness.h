#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace sluice {

/// What keeps the process from doing its work right now, by part ("worker 0"). Thread-safe.
class Readiness {
 public:
  /// `patience`: how long a call may take before it counts as a reason.
  explicit Readiness(std::chrono::milliseconds patience = std::chrono::seconds{5})
      : patience_(patience) {}

  void NotReady(const std::string& part, const std::string& reason);
  void Ready(const std::string& part);
  /// "worker 0: redis 127.0.0.1:6379: connection refused"; empty: ready.
  [[nodiscard]] std::vector<std::string> Reasons() const;

  /// A call under way that may block the part's thread for long; ends with the object.
  /// One at a time for each part.
  class Call {
   public:
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    friend class Readiness;
    Call(Readiness& readiness, const std::string& part) : readiness_(readiness), part_(part) {}
    Readiness& readiness_;
    const std::string& part_;
  };
  /// `part` must outlive the call; `what` is a literal: "committing a transaction".
  [[nodiscard]] Call Enter(const std::string& part, const char* what);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entered {
    const char* what = "";
    Clock::time_point since;
  };

  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> reasons_;
  std::map<std::string, Entered> calls_;
};

}  // namespace sluice
