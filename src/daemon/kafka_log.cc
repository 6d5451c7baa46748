#include "daemon/kafka_log.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace sluice {
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

}  // namespace

kafka::LogSink MakeKafkaLog() {
  return [limiter = std::make_shared<Limiter>()](int level, std::string_view facility,
                                                 std::string_view text) {
    int suppressed = 0;
    if (!limiter->Admit(std::string(facility), suppressed)) return;
    const auto severity = level <= 3   ? spdlog::level::err
                          : level == 4 ? spdlog::level::warn
                          : level <= 6 ? spdlog::level::info
                                       : spdlog::level::debug;
    const std::string more =
        suppressed > 0 ? " (and " + std::to_string(suppressed) + " lines like it)" : "";
    spdlog::log(severity, "Kafka {}: {}{}", facility, text, more);
  };
}

}  // namespace sluice
