#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/position.h"
#include "stages/apply_rating/rating_summary.h"

namespace sluice::stages {

/// A row of the look-up table that is put or removed.
struct LookupChange {
  float rating = 0;
  std::string updated_on;
  bool put = false;
  std::optional<std::string> review = {};  ///< Of one that is put, as is the user.
  std::string user = {};
};

/// What was decided about an activity, and is done or still to be done: one cell of the table of
/// marks, written and acknowledged before any of its effects (docs/adr/0011).
///
/// It is replaced whole, and never only in part: whichever of two writes of it survives, the events
/// that count as decided are those that its summary holds. The effects carry its timestamp, so that
/// they may be sent again at any time: later ones win over them.
class RatingMark {
 public:
  std::int64_t at = 0;                   ///< Timestamp of the effects, microseconds since 1970.
  std::optional<RatingSummary> summary;  ///< As it is once the effects are there.
  bool writes_summary = false;           ///< It is one of the effects.
  std::vector<LookupChange> lookups;     ///< The others.

  /// What was decided about the event before: nullopt if nothing, "" if it was applied, or the
  /// reason why it was refused.
  [[nodiscard]] std::optional<std::string_view> DecisionOn(const Position& position) const;

  /// Notes a decision. Those of a partition come in its order.
  void Apply(const Position& position);
  void Refuse(const Position& position, std::string_view reason, std::int64_t now_s);
  /// Forgets refusals of before `since_s`, and the oldest of very many.
  void Prune(std::int64_t since_s);

  /// JSON of a form of our own. FromText gives nullopt for anything else.
  [[nodiscard]] std::string ToText() const;
  static std::optional<RatingMark> FromText(std::string_view text);

 private:
  friend class RatingMarkReader;

  /// Where an event stands in its partition.
  struct Place {
    std::int64_t offset = 0;
    std::int64_t index = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Refusal {
    std::string partition;
    Place place;
    std::int64_t second = 0;
    std::string reason;
  };

  static std::string PartitionOf(const Position& position);

  std::map<std::string, Place, std::less<>> decided_;  ///< The last one, by partition.
  std::vector<Refusal> refused_;                       ///< Oldest first.
};

}  // namespace sluice::stages
