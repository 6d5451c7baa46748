#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace sluice {

/// How old records were, in milliseconds: counts in buckets that are at most an eighth of their
/// value wide. A fixed 1.4 KB; one thread.
class AgeHistogram {
 public:
  /// What is younger than nothing, since clocks differ, counts as 0.
  void Add(std::int64_t ms) {
    ++counts_[BucketOf(static_cast<std::uint64_t>(std::clamp<std::int64_t>(ms, 0, kMost)))];
    ++total_;
  }
  void Reset() {
    counts_.fill(0);
    total_ = 0;
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }

  /// The upper end of the bucket in which the share `quantile` of all is reached; -1 of nothing.
  [[nodiscard]] std::int64_t Quantile(double quantile) const;

 private:
  static constexpr int kBits = 3;  ///< Buckets of an octave, as a power of two.
  static constexpr std::int64_t kMost = (std::int64_t{1} << 44) - 1;  ///< Over 500 years.
  static constexpr std::size_t kBuckets = std::size_t{44 - kBits + 1} << kBits;

  static std::size_t BucketOf(std::uint64_t value) {
    const int octave = std::max(0, static_cast<int>(std::bit_width(value)) - kBits - 1);
    return (static_cast<std::size_t>(octave) << kBits) + static_cast<std::size_t>(value >> octave);
  }
  static std::int64_t UpperEndOf(std::size_t bucket);

  std::array<std::uint32_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace sluice
