#include "kafka/log_limiter.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace sluice::kafka {
namespace {

class Limiter {
 public:
  /// True if a line may be written; `suppressed` is then the number left out since the last one.
  bool Admit(const std::string& facility, int& suppressed) {
    const std::scoped_lock lock(mutex_);
    State& state = states_[facility];
    const auto now = std::chrono::steady_clock::now();
    if (now < state.next) {
      ++state.suppressed;
      return false;
    }
    state.next = now + std::chrono::seconds(1);
    suppressed = std::exchange(state.suppressed, 0);
    return true;
  }

 private:
  struct State {
    std::chrono::steady_clock::time_point next;
    int suppressed = 0;
  };
  std::mutex mutex_;
  std::map<std::string, State> states_;
};

LogLevel LevelOf(int syslog_level) {
  if (syslog_level <= 3) return LogLevel::kError;
  if (syslog_level == 4) return LogLevel::kWarning;
  return syslog_level <= 6 ? LogLevel::kInfo : LogLevel::kDebug;
}

}  // namespace

LogSink LimitedLog(Log log) {
  if (!log) return nullptr;
  static Limiter limiter;
  return [log = std::move(log)](int level, std::string_view facility, std::string_view text) {
    int suppressed = 0;
    if (!limiter.Admit(std::string(facility), suppressed)) return;
    const std::string more =
        suppressed > 0 ? " (and " + std::to_string(suppressed) + " lines like it)" : "";
    log(LevelOf(level), "Kafka " + std::string(facility), std::string(text) + more);
  };
}

}  // namespace sluice::kafka
