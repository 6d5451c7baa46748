#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/requests.h"
#include "sluice/row_store.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/apply_rating/rating_event.h"
#include "stages/apply_rating/rating_mark.h"
#include "stages/apply_rating/rating_tables.h"

namespace sluice::stages {

/// Keeps the summary of the ratings of each activity and the rows to look ratings up by
/// (rating.md).
///
/// A batch takes these steps, each a round trip for all activities together: all rows are read;
/// what an earlier run had decided and not brought to its end is written; the events are worked out
/// one after the other in memory; a mark of what was decided is written for each activity; then the
/// rows that the mark tells. A replay finds the mark, and writes the same rows with the same
/// timestamp.
class ApplyRating final : public Stage {
 public:
  struct Settings {
    RatingTables::Names tables;
    std::string job;
    std::chrono::seconds marks;
    SideOutputId failed = 0;
    CounterId success = 0;
    CounterId failure = 0;
    CounterId not_enrolled = 0;
    CounterId reads = 0;
    CounterId updates = 0;
    CounterId out_of_range = 0;
    CounterId restarted = 0;
  };
  /// `store_name` is its name in the configuration, for errors.
  ApplyRating(Settings settings, std::unique_ptr<RowStore> rows, std::string store_name);

  Status Probe() override { return rows_.Ping(); }
  Status Finish(Batch& batch) override;
  void Cancel() override { rows_.Cancel(); }

 private:
  struct Activity;
  /// An event that is a rating.
  struct Rated {
    Event* event = nullptr;
    RatingEvent rating;
    Activity* activity = nullptr;
    bool enrolled = false;
    bool looked_up = false;  ///< Its look-up row is there.
    bool decided = false;    ///< By this batch.
    Reason refused = nullptr;
    std::string_view detail = {};
  };
  using LookupKey = std::pair<float, std::string_view>;
  struct Activity {
    ActivityKey key;
    std::vector<Rated*> ratings;
    std::optional<StoredSummary> stored;
    std::optional<RatingMark> mark;
    RatingMark next;
    bool changed = false;                       ///< `next` is to be written.
    std::map<LookupKey, LookupChange> lookups;  ///< What changes, by the last change.
  };
  /// What a reply is for.
  struct Purpose {
    enum class Kind : std::uint8_t { kEnrolment, kLookup, kSummary, kMark, kWriteMark, kEffect };
    Kind kind;
    Activity* activity;
    Rated* rated = nullptr;
  };

  void Collect(Batch& batch);
  Status ReadRows(Batch& batch);
  Status TakeRows(const Purpose& purpose, const RowReply& reply, Arena& arena);
  Status FinishEarlier(Batch& batch);
  void Decide(Batch& batch, Activity& activity);
  void DecideOn(Batch& batch, Activity& activity, Rated& rated,
                std::optional<RatingSummary>& summary);
  Status WriteMarks(Batch& batch);
  Status WriteEffects(Batch& batch,
                      const std::vector<std::pair<Activity*, const RatingMark*>>& marks);
  Status SendEffects();
  void Conclude(Batch& batch, Rated& rated);
  void Fail(Batch& batch, Event& event, Reason reason, std::string_view detail);

  Settings settings_;
  RatingTables tables_;  ///< Prepares its statements before the store goes to rows_.
  Requests<RowStore, Purpose> rows_;
  std::string store_name_;
  std::deque<Rated> ratings_;  ///< Of the batch, as are the activities.
  std::map<ActivityKey, Activity> activities_;
};

StageSpec ApplyRatingSpec();

}  // namespace sluice::stages
