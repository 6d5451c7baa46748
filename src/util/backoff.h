#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace sluice {

/// Capped exponential waiting times with jitter, for something that is away.
class Backoff {
 public:
  using Millis = std::chrono::milliseconds;

  explicit Backoff(Millis first = Millis(100), Millis cap = Millis(5000))
      : first_(first), cap_(cap), next_(first) {}

  /// The next wait: between half and all of a time that doubles up to the cap.
  Millis Next() {
    const Millis now = next_;
    next_ = std::min(next_ * 2, cap_);
    return std::uniform_int_distribution<Millis::rep>(now.count() / 2, now.count())(random_) *
           Millis(1);
  }
  void Reset() { next_ = first_; }

 private:
  Millis first_;
  Millis cap_;
  Millis next_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace sluice
