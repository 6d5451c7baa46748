#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include "sluice/log.h"

namespace sluice {

/// Bounds calls of client libraries that may ignore their own time-out.
///
/// One thread; one instance serves all workers of a process. Watch may be called from any thread.
class Watchdog {
 public:
  /// Called once for each call that exceeds its limit, on the watchdog's thread.
  using Action = std::function<void(std::string_view call)>;

  /// Logs and ends the process at once with exit code 75: the supervisor starts it again, and it
  /// resumes from the last checkpoint. `log` may be empty.
  static Action ExitOnExpiry(Log log);

  explicit Watchdog(Action on_expiry);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  struct Entry {
    std::string_view call;
    std::chrono::steady_clock::time_point deadline;
    bool fired = false;
  };

 public:
  /// A call under way; its end disarms the watchdog.
  class Guard {
   public:
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    friend class Watchdog;
    Guard(Watchdog& watchdog, std::list<Entry>::iterator entry)
        : watchdog_(watchdog), entry_(entry) {}
    Watchdog& watchdog_;
    std::list<Entry>::iterator entry_;
  };

  /// `call` must outlive the guard (a literal).
  [[nodiscard]] Guard Watch(std::string_view call, std::chrono::milliseconds limit);

 private:
  void Run(const std::stop_token& stop);
  Entry* FirstDue();

  const Action on_expiry_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Entry> entries_;
  std::chrono::steady_clock::time_point wakes_at_ = std::chrono::steady_clock::time_point::max();
  std::jthread thread_;
};

}  // namespace sluice
