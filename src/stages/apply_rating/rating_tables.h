#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/row_store.h"
#include "stages/apply_rating/rating_mark.h"
#include "stages/apply_rating/rating_summary.h"

namespace sluice::stages {

/// Whose summary and look-up rows.
struct ActivityKey {
  std::string_view activity;
  std::string_view type;
  friend auto operator<=>(const ActivityKey&, const ActivityKey&) = default;
};

/// The row of an activity, and when it was written (microseconds; 0 where that is not known).
struct StoredSummary {
  RatingSummary summary;
  std::int64_t written_at = 0;
};

/// The tables that ratings are read from and written to: statements, and what they are bound to.
/// Requests and what they point to stand in the arena.
class RatingTables {
 public:
  struct Names {
    std::string keyspace;
    std::string courses_keyspace;
    std::string enrolments;
    std::string summary;
    std::string lookup;
  };
  /// Effects of one mark, to be written one step after the other.
  struct Effects {
    std::vector<RowRequest> first;  ///< What is too large for the last, in any order.
    RowRequest last;  ///< One batch, with the summary if that is written: once it is there, all is.
  };

  RatingTables(RowStore& rows, const Names& names, std::string job, std::chrono::seconds mark_ttl);

  RowRequest ReadEnrolment(std::string_view user, std::string_view course, Arena& arena) const;
  RowRequest ReadSummary(const ActivityKey& key, Arena& arena) const;
  RowRequest ReadMark(const ActivityKey& key, Arena& arena) const;
  RowRequest ReadLookup(const ActivityKey& key, float rating, std::string_view updated_on,
                        Arena& arena) const;
  RowRequest WriteMark(const ActivityKey& key, const RatingMark& mark, Arena& arena) const;
  /// Each carries the mark's timestamp. `writes` counts the statements.
  [[nodiscard]] Effects WriteEffects(const ActivityKey& key, const RatingMark& mark, Arena& arena,
                                     std::uint64_t& writes) const;

  static std::optional<StoredSummary> SummaryOf(const RowReply& reply);
  /// nullopt if there is none, or it can't be read (`readable` is false then).
  static std::optional<RatingMark> MarkOf(const RowReply& reply, bool& readable);

 private:
  /// A statement of a write and about how many bytes it takes.
  struct Write {
    BoundStatement statement;
    std::size_t size = 0;
  };

  [[nodiscard]] std::string_view MarkKey(const ActivityKey& key, Arena& arena) const;
  void AddSummary(const ActivityKey& key, const RatingMark& mark, Arena& arena,
                  std::vector<Write>& large, std::vector<Write>& small) const;
  [[nodiscard]] Write LookupWrite(const ActivityKey& key, const LookupChange& change,
                                  std::int64_t at, Arena& arena) const;

  std::string job_;
  std::chrono::seconds mark_ttl_;
  StatementId read_enrolment_;
  StatementId read_summary_;
  StatementId read_lookup_;
  StatementId read_mark_;
  StatementId write_mark_;
  StatementId write_summary_;
  StatementId write_numbers_;  ///< The summary but for the list of reviews.
  StatementId write_reviews_;
  StatementId put_lookup_;
  StatementId remove_lookup_;
};

}  // namespace sluice::stages
