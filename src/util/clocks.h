#pragma once

#include <chrono>
#include <cstdint>

#include "sluice/clock.h"

namespace sluice {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t NowMs() const override {
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
  }
};

/// Stands still, for tests and replays (--clock).
class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::int64_t now_ms) : now_ms_(now_ms) {}
  [[nodiscard]] std::int64_t NowMs() const override { return now_ms_; }

 private:
  std::int64_t now_ms_;
};

}  // namespace sluice
