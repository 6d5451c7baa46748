#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/document.h"
#include "sluice/event.h"

namespace sluice::stages {

/// A user's rating of an activity, as an event has it (rating.md 2). The views are the event's, or
/// the arena's.
struct RatingEvent {
  /// The rating that it takes the place of.
  struct Previous {
    float rating = 0;
    std::string_view updated_on;
  };

  std::string_view activity;
  std::string_view type;
  std::string_view user;
  float rating = 0;
  std::string_view date;        ///< When, as it stands in the event,
  std::string_view updated_on;  ///< and as a UUID in its usual form.
  std::optional<std::string_view> review;
  std::size_t review_size = 0;  ///< In UTF-16 units.
  std::optional<Previous> previous;
};

/// Reasons why an event is no rating.
namespace rating_reason {
inline constexpr Reason kMissingMember = "missing_member";
inline constexpr Reason kInvalidRating = "invalid_rating";
inline constexpr Reason kInvalidReview = "invalid_review";
inline constexpr Reason kInvalidTime = "invalid_update_time";
inline constexpr Reason kInvalidPrevious = "invalid_previous_values";
}  // namespace rating_reason

/// Reads all that the stage needs, before anything is read from a store or written (RT-5). Returns
/// nullptr, or the reason why it is no rating; `where` is then the member that is wrong.
Reason ReadRating(const Document& doc, Arena& arena, RatingEvent& rating, std::string_view& where);

}  // namespace sluice::stages
