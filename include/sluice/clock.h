#pragma once

#include <cstdint>

namespace sluice {

/// Wall clock, so that tests and replays can fix it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z.
  [[nodiscard]] virtual std::int64_t NowMs() const = 0;
};

}  // namespace sluice
