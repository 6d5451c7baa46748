#include "stages/apply_rating/rating_summary.h"

#include <cmath>

#include "stages/apply_rating/review_list.h"

namespace sluice::stages {
namespace {

/// The counter of a whole number of stars; nullptr if there is none (RT-11).
float* CounterOf(std::array<float, 5>& stars, float whole) {
  return whole >= 1 && whole <= 5 ? &stars[static_cast<std::size_t>(whole) - 1] : nullptr;
}

void Count(std::array<float, 5>& stars, float before, float after) {
  const float from = std::floor(before);
  const float to = std::floor(after);
  if (from == to) return;
  if (float* counter = CounterOf(stars, to)) *counter += 1;
  if (float* counter = CounterOf(stars, from); counter != nullptr && *counter != 0) *counter -= 1;
}

}  // namespace

RatingChange ApplyToSummary(const RatingEvent& rating, std::optional<RatingSummary>& summary) {
  const float before = rating.previous ? rating.previous->rating : 0;
  const float delta = rating.rating - before;
  const bool is_long = rating.review && rating.review_size > kLongReview;
  const bool is_short = rating.review && rating.review_size < kLongReview;
  if (delta == 0 && !is_long && !is_short) return {};

  RatingChange change{.writes = true};
  RatingSummary after = summary.value_or(RatingSummary{});
  if (delta == 0 && !rating.previous && (summary || is_short)) return {.refused = kNothingToChange};
  if (delta == 0 && !summary && is_short) return {.refused = kNothingToChange};
  if (!summary) {
    // Also where there was a rating before (RT-8).
    Count(after.stars, 0, rating.rating);
    after.sum = rating.rating;
    after.total = 1;
  } else {
    Count(after.stars, before, rating.rating);
    if (delta != 0) {
      after.sum += delta;
      after.total += rating.previous ? 0.0F : 1.0F;
    }
  }
  after.reviews = UpdatedReviews(after.reviews, rating, change.reviews_restarted);
  summary = std::move(after);
  return change;
}

}  // namespace sluice::stages
