#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stages/apply_rating/rating_event.h"

namespace sluice::stages {

/// Reviews of more than as many UTF-16 units stand in the list.
inline constexpr std::size_t kLongReview = 100;

/// The list of reviews of an activity, the newest last, once the event is applied (rating.md 3,
/// LATEST): without the user's earlier one, with the new one if it is long, and then without the
/// oldest of fifty. nullopt for a list of none.
///
/// A list that can't be read counts as none (RT-19); `restarted` is set then.
std::optional<std::string> UpdatedReviews(const std::optional<std::string>& reviews,
                                          const RatingEvent& rating, bool& restarted);

/// As Java's Float.toString: "4.5", "3.0", "1.0E10".
std::string JavaFloatText(float value);

}  // namespace sluice::stages
