#include "engine/age_histogram.h"

#include <cmath>

namespace sluice {

std::int64_t AgeHistogram::UpperEndOf(std::size_t bucket) {
  const std::size_t octave = bucket < (std::size_t{2} << kBits) ? 0 : (bucket >> kBits) - 1;
  const auto lower = static_cast<std::int64_t>(bucket - (octave << kBits)) << octave;
  return lower + (std::int64_t{1} << octave) - 1;
}

std::int64_t AgeHistogram::Quantile(double quantile) const {
  if (total_ == 0) return -1;
  const double wanted = std::max(1.0, std::ceil(quantile * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (static_cast<double>(seen) >= wanted) return UpperEndOf(bucket);
  }
  return UpperEndOf(counts_.size() - 1);
}

}  // namespace sluice
