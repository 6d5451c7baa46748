#pragma once

#include <array>
#include <optional>
#include <string>

#include "sluice/event.h"
#include "stages/apply_rating/rating_event.h"

namespace sluice::stages {

/// The row of an activity: sums and counts are in single precision, as the table and the original
/// have them (RT-12).
struct RatingSummary {
  float sum = 0;
  float total = 0;
  std::array<float, 5> stars{};
  std::optional<std::string> reviews;

  friend bool operator==(const RatingSummary&, const RatingSummary&) = default;
};

/// The original can't apply a rating that changes nothing of an activity without a summary, nor one
/// of 0 that comes first where there is one.
inline constexpr Reason kNothingToChange = "nothing_to_change";

struct RatingChange {
  Reason refused = nullptr;  ///< Then the summary is as before.
  bool writes = false;       ///< The summary is to be written, though it may be the same.
  bool reviews_restarted = false;
};

/// Applies the rating to the summary of its activity, which may not be there yet (rating.md 3).
RatingChange ApplyToSummary(const RatingEvent& rating, std::optional<RatingSummary>& summary);

}  // namespace sluice::stages
