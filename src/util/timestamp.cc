#include "util/timestamp.h"

#include <cstdio>
#include <cstdlib>

namespace sluice {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
/// 1582-10-15, the first day of the Gregorian calendar, in days since 1970.
constexpr std::int64_t kCutover = -141'427;

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

/// Days since 1970-01-01 of a proleptic Gregorian date; years count from March.
std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = FloorDiv(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

struct Date {
  std::int64_t year;
  int month;
  int day;
};

/// From the day of a year that begins on March 1.
Date DateOf(std::int64_t march_year, std::int64_t day_of_year) {
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {march_year + (month <= 2 ? 1 : 0), month, day};
}

Date Gregorian(std::int64_t days) {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = FloorDiv(shifted, 146'097);
  const std::int64_t day = shifted - era * 146'097;
  const std::int64_t year = (day - day / 1'460 + day / 36'524 - day / 146'096) / 365;
  return DateOf(year + era * 400, day - (365 * year + year / 4 - year / 100));
}

Date Julian(std::int64_t days) {
  const std::int64_t shifted = days + 719'470;
  const std::int64_t era = FloorDiv(shifted, 1'461);
  const std::int64_t day = shifted - era * 1'461;
  const std::int64_t year = (day - day / 1'460) / 365;
  return DateOf(year + era * 4, day - 365 * year);
}

bool IsLeap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysIn(std::int64_t year, int month) {
  if (month == 2) return IsLeap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// `ms` gives the time of the day.
std::string_view Format(const Date& date, std::int64_t ms, Arena& arena) {
  const std::int64_t rest = ms % kMsPerDay;
  const std::int64_t time = rest < 0 ? rest + kMsPerDay : rest;
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "%s%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year < 0 ? "-" : "",
      static_cast<long long>(std::abs(date.year)), date.month, date.day,
      static_cast<int>(time / 3'600'000), static_cast<int>(time / 60'000 % 60),
      static_cast<int>(time / 1'000 % 60), static_cast<int>(time % 1'000));
  return arena.Copy({text, static_cast<std::size_t>(size)});
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  /// Between `least` and `most` digits; -1 if there are not as many.
  std::int64_t Digits(int least, int most) {
    std::int64_t value = 0;
    for (count_ = 0; count_ < most && !text_.empty() && text_[0] >= '0' && text_[0] <= '9';
         ++count_) {
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return count_ < least ? -1 : value;
  }
  bool Take(char c) {
    const bool matches = !text_.empty() && text_[0] == c;
    if (matches) text_.remove_prefix(1);
    return matches;
  }
  int count() const { return count_; }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
  int count_ = 0;
};

}  // namespace

std::optional<std::int64_t> ParseTimestamp(std::string_view text) {
  Scanner in(text);
  const bool negative = in.Take('-');
  if (!negative) in.Take('+');
  std::int64_t year = in.Digits(1, 9);
  if (year < 0) return std::nullopt;
  if (negative) year = -year;
  std::int64_t fields[5];
  constexpr char kBefore[5] = {'-', '-', 'T', ':', ':'};
  for (int i = 0; i < 5; ++i) {
    if (!in.Take(kBefore[i]) && !(kBefore[i] == 'T' && in.Take('t'))) return std::nullopt;
    if ((fields[i] = in.Digits(1, 2)) < 0) return std::nullopt;
  }
  const auto [month, day, hour, minute, second] = fields;
  if (!in.Take('.')) return std::nullopt;
  std::int64_t millis = in.Digits(1, 3);
  if (millis < 0) return std::nullopt;
  for (int digits = in.count(); digits < 3; ++digits) millis *= 10;
  if ((!in.Take('Z') && !in.Take('z')) || !in.done()) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > DaysIn(year, static_cast<int>(month)) ||
      hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  // Joda's own range; beyond it the milliseconds would not fit anyway.
  if (year < -292'275'054 || year > 292'278'993) return std::nullopt;
  return DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day)) * kMsPerDay +
         hour * 3'600'000 + minute * 60'000 + second * 1'000 + millis;
}

std::string_view FormatTimestamp(std::int64_t ms, Arena& arena) {
  const std::int64_t days = FloorDiv(ms, kMsPerDay);
  Date date = days >= kCutover ? Gregorian(days) : Julian(days);
  if (date.year <= 0) date.year = 1 - date.year;
  return Format(date, ms, arena);
}

std::string_view FormatJodaTimestamp(std::int64_t ms, Arena& arena) {
  return Format(Gregorian(FloorDiv(ms, kMsPerDay)), ms, arena);
}

}  // namespace sluice
