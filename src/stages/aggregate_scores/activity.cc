#include "stages/aggregate_scores/activity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "codec/gson_string.h"
#include "stages/extract_events/java_double.h"
#include "util/arena_array.h"
#include "util/timestamp.h"

namespace sluice::stages {
namespace {

/// A row as it was read; a score that is null is 0.
struct Attempt {
  std::string_view content;
  std::string_view id;
  const Cell* last_attempted_on;
  double max_score;
  double score;
};

Attempt AttemptOf(RowReply::Row row) {
  return {.content = row[0].text,
          .id = row[1].text,
          .last_attempted_on = &row[2],
          .max_score = row[3].number,
          .score = row[4].number};
}

/// The attempts at one content.
struct Best {
  std::string_view content;
  double score = 0;
  double max_score = 0;
  double attempts = 0;
};

std::string_view Joined(std::string_view before, std::string_view text, Arena& arena) {
  char* at = arena.Allocate(before.size() + text.size());
  std::ranges::copy(text, std::ranges::copy(before, at).out);
  return {at, before.size() + text.size()};
}

std::string DetailOf(const Attempt& attempt, std::string_view type) {
  std::string json;
  const auto text = [&](std::string_view before, std::string_view value) {
    json += before;
    AppendGsonString(json, value);
  };
  text("{\"attempt_id\":", attempt.id);
  if (!attempt.last_attempted_on->is_null()) {
    text(",\"last_attempted_on\":", MediumDateTime(attempt.last_attempted_on->integer));
  }
  json += ",\"score\":";
  json += JavaDoubleText(attempt.score);
  text(",\"content_id\":", attempt.content);
  json += ",\"max_score\":";
  json += JavaDoubleText(attempt.max_score);
  text(",\"type\":", type);
  json += '}';
  return json;
}

void AddAttempt(const Attempt& attempt, std::vector<Best>& bests) {
  const bool fresh = bests.empty() || bests.back().content != attempt.content;
  if (fresh) bests.push_back({.content = attempt.content});
  Best& best = bests.back();
  best.attempts += 1;
  if (!fresh && attempt.score <= best.score) return;
  best.score = attempt.score;
  best.max_score = attempt.max_score;
}

}  // namespace

AssessmentFault ReadActivity(std::span<const RowReply::Row> rows, std::string_view type,
                             std::int64_t now_ms, Arena& arena, Activity& activity) {
  std::vector<Best> bests;
  const auto details = NewArray<Cell>(arena, rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Attempt attempt = AttemptOf(rows[i]);
    if (!std::isfinite(attempt.score) || !std::isfinite(attempt.max_score)) {
      return {"malformed_score", "a score of the user is not finite"};
    }
    AddAttempt(attempt, bests);
    details[i] = Cell::Text(arena.Copy(DetailOf(attempt, type)));
  }
  const auto aggregates = NewArray<CellField>(arena, 3 * bests.size());
  const auto updated = NewArray<CellField>(arena, 3 * bests.size());
  std::size_t count = 0;
  const auto add = [&](std::string_view prefix, std::string_view content, double value) {
    const std::string_view name = Joined(prefix, content, arena);
    aggregates[count] = {name, Cell::Double(value)};
    updated[count++] = {name, Cell::Int(now_ms)};
  };
  for (const Best& best : bests) {
    add("score:", best.content, best.score);
    add("max_score:", best.content, best.max_score);
    add("attempts_count:", best.content, best.attempts);
  }
  activity = {Cell::Map(aggregates), Cell::List(details), Cell::Map(updated)};
  return {};
}

std::string MediumDateTime(std::int64_t ms) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Arena arena(256);
  // "2019-09-19T11:15:29.576Z", the year of four digits or more.
  const std::string_view iso = FormatTimestamp(ms, arena);
  const std::size_t dash = iso.find('-');
  const auto number = [&](std::size_t at) {
    unsigned value = 0;
    std::from_chars(iso.data() + dash + at, iso.data() + dash + at + 2, value);
    return value;
  };
  const unsigned hour = number(7);
  std::string text(kMonths[number(1) - 1]);
  text += ' ';
  text += std::to_string(number(4));
  text += ", ";
  text += iso.substr(0, dash);
  text += ", ";
  text += std::to_string(hour % 12 == 0 ? 12 : hour % 12);
  text += iso.substr(dash + 9, 6);
  text += hour < 12 ? " AM" : " PM";
  return text;
}

}  // namespace sluice::stages
