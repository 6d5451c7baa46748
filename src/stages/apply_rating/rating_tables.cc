#include "stages/apply_rating/rating_tables.h"

#include <utility>

#include "stages/rows/bind.h"

namespace sluice::stages {
namespace {

/// A server refuses a logged batch of more than 50 KiB (batch_size_fail_threshold).
constexpr std::size_t kLargestBatch = std::size_t{40} << 10;
/// A statement with more goes alone.
constexpr std::size_t kLargestInBatch = std::size_t{16} << 10;
/// Of the numbers and names of a statement.
constexpr std::size_t kOverhead = 128;

constexpr std::string_view kNumbers =
    "sum_of_total_ratings, total_number_of_ratings, totalcount1stars, totalcount2stars, "
    "totalcount3stars, totalcount4stars, totalcount5stars";

Cell TextOrNull(const std::optional<std::string>& text, Arena& arena) {
  return text ? Cell::Text(arena.Copy(*text)) : Cell::Null();
}

Cell Single(float value) { return Cell::Double(value); }

float SingleOf(const Cell& cell) { return static_cast<float>(cell.number); }

std::string Joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

}  // namespace

RatingTables::RatingTables(RowStore& rows, const Names& names, std::string job,
                           std::chrono::seconds mark_ttl)
    : job_(std::move(job)), mark_ttl_(mark_ttl) {
  const std::string enrolments = names.courses_keyspace + "." + names.enrolments;
  const std::string summary = names.keyspace + "." + names.summary;
  const std::string lookup = names.keyspace + "." + names.lookup;
  const std::string marks = names.keyspace + ".sluice_marks";
  constexpr std::string_view kOfActivity = " WHERE activityid = ? AND activitytype = ?";
  constexpr std::string_view kOfRating = " AND rating = ? AND updatedon = ?";
  read_enrolment_ = rows.Prepare(
      Joined({"SELECT userid FROM ", enrolments, " WHERE userid = ? AND courseid = ? LIMIT 1"}));
  read_summary_ =
      rows.Prepare(Joined({"SELECT latest50reviews, ", kNumbers,
                           ", WRITETIME(sum_of_total_ratings) FROM ", summary, kOfActivity}));
  read_lookup_ = rows.Prepare(Joined({"SELECT userid FROM ", lookup, kOfActivity, kOfRating}));
  read_mark_ = rows.Prepare(Joined({"SELECT outcome FROM ", marks, " WHERE job = ? AND mark = ?"}));
  write_mark_ = rows.Prepare(Joined({"INSERT INTO ", marks,
                                     " (job, mark, outcome) VALUES (?, ?, ?) USING TTL ? AND "
                                     "TIMESTAMP ?"}));
  write_summary_ =
      rows.Prepare(Joined({"INSERT INTO ", summary, " (activityid, activitytype, latest50reviews, ",
                           kNumbers, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"}));
  write_numbers_ =
      rows.Prepare(Joined({"INSERT INTO ", summary, " (activityid, activitytype, ", kNumbers,
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"}));
  write_reviews_ = rows.Prepare(
      Joined({"UPDATE ", summary, " USING TIMESTAMP ? SET latest50reviews = ?", kOfActivity}));
  put_lookup_ = rows.Prepare(Joined(
      {"INSERT INTO ", lookup, " (activityid, activitytype, rating, updatedon, review, userid) ",
       "VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"}));
  remove_lookup_ =
      rows.Prepare(Joined({"DELETE FROM ", lookup, " USING TIMESTAMP ?", kOfActivity, kOfRating}));
}

RowRequest RatingTables::ReadEnrolment(std::string_view user, std::string_view course,
                                       Arena& arena) const {
  return Bind(read_enrolment_, {Cell::Text(user), Cell::Text(course)}, arena);
}

RowRequest RatingTables::ReadSummary(const ActivityKey& key, Arena& arena) const {
  return Bind(read_summary_, {Cell::Text(key.activity), Cell::Text(key.type)}, arena);
}

RowRequest RatingTables::ReadLookup(const ActivityKey& key, float rating,
                                    std::string_view updated_on, Arena& arena) const {
  return Bind(
      read_lookup_,
      {Cell::Text(key.activity), Cell::Text(key.type), Single(rating), Cell::Text(updated_on)},
      arena);
}

/// The length keeps "a/b" and "c" apart from "a" and "b/c".
std::string_view RatingTables::MarkKey(const ActivityKey& key, Arena& arena) const {
  std::string text = std::to_string(key.type.size());
  text += ':';
  text.append(key.type).append("/").append(key.activity);
  return arena.Copy(text);
}

RowRequest RatingTables::ReadMark(const ActivityKey& key, Arena& arena) const {
  return Bind(read_mark_, {Cell::Text(job_), Cell::Text(MarkKey(key, arena))}, arena);
}

RowRequest RatingTables::WriteMark(const ActivityKey& key, const RatingMark& mark,
                                   Arena& arena) const {
  return Bind(
      write_mark_,
      {Cell::Text(job_), Cell::Text(MarkKey(key, arena)), Cell::Text(arena.Copy(mark.ToText())),
       Cell::Int(mark_ttl_.count()), Cell::Int(mark.at)},
      arena);
}

void RatingTables::AddSummary(const ActivityKey& key, const RatingMark& mark, Arena& arena,
                              std::vector<Write>& large, std::vector<Write>& small) const {
  const RatingSummary& row = *mark.summary;
  const Cell activity = Cell::Text(key.activity);
  const Cell type = Cell::Text(key.type);
  const Cell reviews = TextOrNull(row.reviews, arena);
  const Cell at = Cell::Int(mark.at);
  const auto& stars = row.stars;
  const std::size_t size = kOverhead + key.activity.size() + key.type.size();
  if (reviews.text.size() > kLargestInBatch) {
    large.push_back({BindStatement(write_reviews_, {at, reviews, activity, type}, arena), 0});
    small.push_back(
        {BindStatement(write_numbers_,
                       {activity, type, Single(row.sum), Single(row.total), Single(stars[0]),
                        Single(stars[1]), Single(stars[2]), Single(stars[3]), Single(stars[4]), at},
                       arena),
         size});
    return;
  }
  small.push_back(
      {BindStatement(write_summary_,
                     {activity, type, reviews, Single(row.sum), Single(row.total), Single(stars[0]),
                      Single(stars[1]), Single(stars[2]), Single(stars[3]), Single(stars[4]), at},
                     arena),
       size + reviews.text.size()});
}

RatingTables::Write RatingTables::LookupWrite(const ActivityKey& key, const LookupChange& change,
                                              std::int64_t at, Arena& arena) const {
  const Cell activity = Cell::Text(key.activity);
  const Cell type = Cell::Text(key.type);
  const Cell updated_on = Cell::Text(arena.Copy(change.updated_on));
  std::size_t size = kOverhead + key.activity.size() + key.type.size();
  if (!change.put) {
    return {
        BindStatement(remove_lookup_,
                      {Cell::Int(at), activity, type, Single(change.rating), updated_on}, arena),
        size};
  }
  const Cell review = TextOrNull(change.review, arena);
  size += review.text.size() + change.user.size();
  return {BindStatement(put_lookup_,
                        {activity, type, Single(change.rating), updated_on, review,
                         Cell::Text(arena.Copy(change.user)), Cell::Int(at)},
                        arena),
          size};
}

RatingTables::Effects RatingTables::WriteEffects(const ActivityKey& key, const RatingMark& mark,
                                                 Arena& arena, std::uint64_t& writes) const {
  std::vector<Write> large;
  std::vector<Write> small;  // The summary first: it is to be in the last batch.
  if (mark.writes_summary && mark.summary) AddSummary(key, mark, arena, large, small);
  for (const LookupChange& change : mark.lookups) {
    const Write write = LookupWrite(key, change, mark.at, arena);
    (write.size > kLargestInBatch ? large : small).push_back(write);
  }
  writes += large.size() + small.size();

  Effects effects;
  for (const Write& write : large) effects.first.push_back(RequestOf({&write.statement, 1}, arena));
  std::vector<BoundStatement> batch;
  std::size_t size = 0;
  while (!small.empty()) {
    size += small.back().size;
    if (size > kLargestBatch && !batch.empty()) {
      effects.first.push_back(RequestOf(batch, arena));
      batch.clear();
      size = small.back().size;
    }
    batch.push_back(small.back().statement);
    small.pop_back();
  }
  effects.last = RequestOf(batch, arena);
  return effects;
}

std::optional<StoredSummary> RatingTables::SummaryOf(const RowReply& reply) {
  if (reply.rows.empty()) return std::nullopt;
  const RowReply::Row row = reply.rows[0];
  StoredSummary stored;
  if (!row[0].is_null()) stored.summary.reviews = std::string(row[0].text);
  stored.summary.sum = SingleOf(row[1]);
  stored.summary.total = SingleOf(row[2]);
  for (std::size_t i = 0; i < stored.summary.stars.size(); ++i) {
    stored.summary.stars[i] = SingleOf(row[i + 3]);
  }
  stored.written_at = row[8].integer;
  return stored;
}

std::optional<RatingMark> RatingTables::MarkOf(const RowReply& reply, bool& readable) {
  readable = true;
  if (reply.rows.empty() || reply.rows[0][0].is_null()) return std::nullopt;
  auto mark = RatingMark::FromText(reply.rows[0][0].text);
  readable = mark.has_value();
  return mark;
}

}  // namespace sluice::stages
