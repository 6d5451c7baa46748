#include "stages/apply_rating/apply_rating.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "util/fault_point.h"

namespace sluice::stages {
namespace {

constexpr Reason kNotEnrolled = "not_enrolled";
constexpr Reason kRefusedByStore = "refused_by_store";

/// The reason code of a refusal as a mark has kept it.
Reason KeptReason(std::string_view kept) {
  return kept == kNotEnrolled ? kNotEnrolled : kNothingToChange;
}

/// Microseconds since 1970, of the system's clock whatever that of the run says: the store compares
/// it with the times of other writers.
std::int64_t NowMicroseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

/// The summary as it stands once all that the mark tells is done; a row that somebody else wrote
/// later counts before it.
std::optional<RatingSummary> SummaryAfter(const std::optional<RatingMark>& mark,
                                          const std::optional<StoredSummary>& stored) {
  const bool newer = stored && mark && stored->written_at > mark->at;
  if (mark && mark->summary && !newer) return mark->summary;
  return stored ? std::optional(stored->summary) : std::nullopt;
}

/// True if all effects of the mark are known to be in the tables: the summary is of their last
/// batch.
bool IsDone(const RatingMark& mark, const std::optional<StoredSummary>& stored) {
  if (!mark.writes_summary && mark.lookups.empty()) return true;
  return mark.writes_summary && stored && stored->written_at == mark.at;
}

/// Greater than every timestamp that the activity's rows are known to have.
std::int64_t NextTimestamp(const std::optional<RatingMark>& mark,
                           const std::optional<StoredSummary>& stored) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max() - 1;
  std::int64_t at = NowMicroseconds();
  if (mark) at = std::max(at, std::min(mark->at, kLast) + 1);
  if (stored) at = std::max(at, std::min(stored->written_at, kLast) + 1);
  return at;
}

}  // namespace

ApplyRating::ApplyRating(Settings settings, std::unique_ptr<RowStore> rows, std::string store_name)
    : settings_(std::move(settings)),
      tables_(*rows, settings_.tables, settings_.job, settings_.marks),
      rows_(std::move(rows), store_name),
      store_name_(std::move(store_name)) {}

Status ApplyRating::Finish(Batch& batch) {
  ratings_.clear();
  activities_.clear();
  Collect(batch);
  if (ratings_.empty()) return Ok();
  SLUICE_TRY(ReadRows(batch));
  SLUICE_TRY(FinishEarlier(batch));
  for (auto& [key, activity] : activities_) Decide(batch, activity);
  SLUICE_TRY(WriteMarks(batch));
  FaultPoint("rating_marked");
  std::vector<std::pair<Activity*, const RatingMark*>> marks;
  for (auto& [key, activity] : activities_) {
    if (activity.changed) marks.emplace_back(&activity, &activity.next);
  }
  SLUICE_TRY(WriteEffects(batch, marks));
  FaultPoint("rating_written");
  for (Rated& rated : ratings_) Conclude(batch, rated);
  return Ok();
}

void ApplyRating::Collect(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    if (!event.readable()) {
      event.SetVerbatim(event.raw());
      Fail(batch, event, event.unreadable_reason(), {});
      continue;
    }
    RatingEvent rating;
    std::string_view where;
    if (const Reason reason = ReadRating(event.doc(), batch.arena(), rating, where)) {
      Fail(batch, event, reason, where);
      continue;
    }
    Activity& activity = activities_[{rating.activity, rating.type}];
    activity.key = {rating.activity, rating.type};
    ratings_.push_back({.event = &event, .rating = rating, .activity = &activity});
    activity.ratings.push_back(&ratings_.back());
  }
}

Status ApplyRating::ReadRows(Batch& batch) {
  using Kind = Purpose::Kind;
  Arena& arena = batch.arena();
  for (auto& [key, activity] : activities_) {
    rows_.Add(tables_.ReadSummary(key, arena), {Kind::kSummary, &activity});
    rows_.Add(tables_.ReadMark(key, arena), {Kind::kMark, &activity});
  }
  for (Rated& rated : ratings_) {
    const RatingEvent& rating = rated.rating;
    rows_.Add(tables_.ReadEnrolment(rating.user, rating.activity, arena),
              {Kind::kEnrolment, rated.activity, &rated});
    rows_.Add(tables_.ReadLookup(rated.activity->key, rating.rating, rating.updated_on, arena),
              {Kind::kLookup, rated.activity, &rated});
  }
  batch.Count(settings_.reads, 2 * activities_.size() + 2 * ratings_.size());
  SLUICE_TRY(rows_.Send());
  const auto answers = rows_.Receive();
  if (!answers) return answers.error();
  for (const auto [purpose, reply] : answers.value()) {
    SLUICE_TRY(TakeRows(purpose, *reply, arena));
  }
  return Ok();
}

Status ApplyRating::TakeRows(const Purpose& purpose, const RowReply& reply, Arena& arena) {
  Activity& activity = *purpose.activity;
  if (reply.state == RowReply::State::kRefused) {
    // What can't be asked for can't be written either.
    const std::string_view detail = arena.Copy(reply.detail);
    for (Rated* rated : activity.ratings) {
      if (purpose.rated != nullptr && purpose.rated != rated) continue;
      rated->refused = kRefusedByStore;
      rated->detail = detail;
    }
    return Ok();
  }
  switch (purpose.kind) {
    case Purpose::Kind::kEnrolment:
      purpose.rated->enrolled = !reply.rows.empty();
      break;
    case Purpose::Kind::kLookup:
      purpose.rated->looked_up = !reply.rows.empty();
      break;
    case Purpose::Kind::kSummary:
      activity.stored = RatingTables::SummaryOf(reply);
      break;
    default: {
      bool readable = true;
      activity.mark = RatingTables::MarkOf(reply, readable);
      if (readable) break;
      std::string message = "store " + store_name_ + ": the mark of activity ";
      message.append(activity.key.activity).append(" in ").append(settings_.tables.keyspace);
      return Error{ErrorKind::kUnavailable, message + ".sluice_marks can't be read; delete it"};
    }
  }
  return Ok();
}

Status ApplyRating::FinishEarlier(Batch& batch) {
  std::vector<std::pair<Activity*, const RatingMark*>> marks;
  for (auto& [key, activity] : activities_) {
    if (activity.mark && !IsDone(*activity.mark, activity.stored)) {
      marks.emplace_back(&activity, &*activity.mark);
    }
  }
  return WriteEffects(batch, marks);
}

void ApplyRating::Decide(Batch& batch, Activity& activity) {
  std::optional<RatingSummary> summary = SummaryAfter(activity.mark, activity.stored);
  if (activity.mark) activity.next = *activity.mark;
  RatingMark& next = activity.next;
  next.writes_summary = false;
  next.lookups.clear();
  next.at = NextTimestamp(activity.mark, activity.stored);
  for (Rated* rated : activity.ratings) {
    // A rating that the store refuses to ask for is so every time, and is in no mark.
    if (rated->refused != nullptr) continue;
    const auto decision = next.DecisionOn(rated->event->position());
    if (!decision) {
      DecideOn(batch, activity, *rated, summary);
    } else if (!decision->empty()) {
      rated->refused = KeptReason(*decision);
    }
  }
  if (!activity.changed) return;
  next.summary = std::move(summary);
  for (auto& [key, change] : activity.lookups) next.lookups.push_back(std::move(change));
  next.Prune(next.at / 1'000'000 - settings_.marks.count());
}

void ApplyRating::DecideOn(Batch& batch, Activity& activity, Rated& rated,
                           std::optional<RatingSummary>& summary) {
  const RatingEvent& rating = rated.rating;
  const Position& position = rated.event->position();
  rated.decided = activity.changed = true;
  const auto refuse = [&](Reason reason) {
    rated.refused = reason;
    activity.next.Refuse(position, reason, activity.next.at / 1'000'000);
  };
  if (!rated.enrolled) return refuse(kNotEnrolled);

  const auto changed = activity.lookups.find({rating.rating, rating.updated_on});
  const bool there = changed == activity.lookups.end() ? rated.looked_up : changed->second.put;
  // The same rating has come before, in another record (RT-5).
  if (there) return activity.next.Apply(position);

  const RatingChange change = ApplyToSummary(rating, summary);
  if (change.refused != nullptr) return refuse(change.refused);
  activity.next.Apply(position);
  activity.next.writes_summary = activity.next.writes_summary || change.writes;
  if (change.reviews_restarted) batch.Count(settings_.restarted);
  if (rating.rating < 1 || rating.rating >= 6) batch.Count(settings_.out_of_range);
  if (const auto& previous = rating.previous) {
    activity.lookups[{previous->rating, previous->updated_on}] = {
        .rating = previous->rating, .updated_on = std::string(previous->updated_on)};
  }
  LookupChange put{.rating = rating.rating,
                   .updated_on = std::string(rating.updated_on),
                   .put = true,
                   .user = std::string(rating.user)};
  if (rating.review) put.review = std::string(*rating.review);
  activity.lookups[{rating.rating, rating.updated_on}] = std::move(put);
}

Status ApplyRating::WriteMarks(Batch& batch) {
  for (auto& [key, activity] : activities_) {
    if (!activity.changed) continue;
    rows_.Add(tables_.WriteMark(key, activity.next, batch.arena()),
              {Purpose::Kind::kWriteMark, &activity});
  }
  SLUICE_TRY(rows_.Send());
  const auto answers = rows_.Receive();
  if (!answers) return answers.error();
  for (const auto [purpose, reply] : answers.value()) {
    if (reply->state == RowReply::State::kDone) continue;
    // Without a mark nothing is written: too large a list of reviews, say.
    purpose.activity->changed = false;
    for (Rated* rated : purpose.activity->ratings) {
      if (!rated->decided || rated->refused != nullptr) continue;
      rated->refused = kRefusedByStore;
      rated->detail = batch.arena().Copy(reply->detail);
    }
  }
  return Ok();
}

Status ApplyRating::WriteEffects(
    Batch& batch, const std::vector<std::pair<Activity*, const RatingMark*>>& marks) {
  std::uint64_t writes = 0;
  std::vector<std::pair<Activity*, RowRequest>> last;
  for (const auto& [activity, mark] : marks) {
    const auto effects = tables_.WriteEffects(activity->key, *mark, batch.arena(), writes);
    for (const RowRequest& request : effects.first) {
      rows_.Add(request, {Purpose::Kind::kEffect, activity});
    }
    if (!effects.last.statements.empty()) last.emplace_back(activity, effects.last);
  }
  batch.Count(settings_.updates, writes);
  SLUICE_TRY(SendEffects());
  FaultPoint("rating_half_written");
  for (const auto& [activity, request] : last) {
    rows_.Add(request, {Purpose::Kind::kEffect, activity});
  }
  return SendEffects();
}

Status ApplyRating::SendEffects() {
  SLUICE_TRY(rows_.Send());
  const auto answers = rows_.Receive();
  if (!answers) return answers.error();
  for (const auto [purpose, reply] : answers.value()) {
    if (reply->state == RowReply::State::kDone) continue;
    // The keys were good enough to be read, and the mark stands: this is about the tables.
    std::string message = "store " + store_name_ + ": a write of activity ";
    message.append(purpose.activity->key.activity).append(" is refused: ");
    return Error{ErrorKind::kUnavailable, message.append(reply->detail)};
  }
  return Ok();
}

void ApplyRating::Conclude(Batch& batch, Rated& rated) {
  if (rated.refused == kNotEnrolled) batch.Count(settings_.not_enrolled);
  if (rated.refused != nullptr) return Fail(batch, *rated.event, rated.refused, rated.detail);
  batch.Count(settings_.success);
  rated.event->End();
}

void ApplyRating::Fail(Batch& batch, Event& event, Reason reason, std::string_view detail) {
  batch.Count(settings_.failure);
  event.Divert(settings_.failed, reason, {.detail = detail});
}

}  // namespace sluice::stages
