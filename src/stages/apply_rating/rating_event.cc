#include "stages/apply_rating/rating_event.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace sluice::stages {
namespace {

/// Hexadecimal digits of the parts of a UUID.
constexpr std::array<std::size_t, 5> kParts = {8, 4, 4, 4, 12};

/// The UUID in its usual form, as the original takes it: zeros in front may be missing. Only one
/// that tells a time (version 1) can stand in the table.
std::optional<std::string_view> TimeUuid(std::string_view text, Arena& arena) {
  std::string uuid;
  for (std::size_t part = 0; part < kParts.size(); ++part) {
    const std::size_t end = part + 1 < kParts.size() ? text.find('-') : text.size();
    if (end == std::string_view::npos || end == 0 || end > kParts[part]) return std::nullopt;
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, value, 16);
    if (error != std::errc() || stop != text.data() + end) return std::nullopt;
    std::string digits(16, '0');
    for (std::size_t i = digits.size(); i-- > 0; value >>= 4)
      digits[i] = "0123456789abcdef"[value & 15];
    if (part > 0) uuid += '-';
    uuid += digits.substr(16 - kParts[part]);
    text.remove_prefix(part + 1 < kParts.size() ? end + 1 : end);
  }
  if (uuid[14] != '1') return std::nullopt;
  return arena.Copy(uuid);
}

/// The rating in single precision, of any JSON number (RT-2); false for anything else (RT-3), and
/// for what single precision does not hold: sums would be infinite from then on.
bool ReadNumber(Value value, float& rating) {
  if (!value.IsNumber()) return false;
  rating = static_cast<float>(value.AsDouble());
  return std::isfinite(rating);
}

std::size_t Utf16Size(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

Reason ReadPrevious(Value values, Arena& arena, RatingEvent& rating, std::string_view& where) {
  where = "prevValues";
  if (values.type() == ValueType::kAbsent || values.IsNull()) return nullptr;
  if (!values.IsObject()) return rating_reason::kInvalidPrevious;
  RatingEvent::Previous previous;
  where = "prevValues.rating";
  if (!ReadNumber(values.Find("rating"), previous.rating)) return rating_reason::kInvalidPrevious;
  where = "prevValues.updatedOn";
  const auto uuid = TimeUuid(values.Find("updatedOn").text(), arena);
  if (!values.Find("updatedOn").IsString() || !uuid) return rating_reason::kInvalidPrevious;
  previous.updated_on = *uuid;
  rating.previous = previous;
  return nullptr;
}

Reason ReadUpdate(Value values, Arena& arena, RatingEvent& rating, std::string_view& where) {
  where = "updatedValues.rating";
  if (!ReadNumber(values.Find("rating"), rating.rating)) return rating_reason::kInvalidRating;
  where = "updatedValues.review";
  const Value review = values.Find("review");
  if (review.IsString()) {
    rating.review = review.text();
    rating.review_size = Utf16Size(review.text());
  } else if (review.exists() && !review.IsNull()) {
    return rating_reason::kInvalidReview;
  }
  where = "updatedValues.updatedOn";
  rating.date = values.Find("updatedOn").text();
  const auto uuid = TimeUuid(rating.date, arena);
  if (!values.Find("updatedOn").IsString() || !uuid) return rating_reason::kInvalidTime;
  rating.updated_on = *uuid;
  return nullptr;
}

}  // namespace

Reason ReadRating(const Document& doc, Arena& arena, RatingEvent& rating, std::string_view& where) {
  const Value root = doc.root();
  const auto take = [&](const char* name, std::string_view& into) {
    where = name;
    into = root.Find(name).text();
    return root.Find(name).IsString();
  };
  if (!take("activity_id", rating.activity) || !take("activity_Type", rating.type) ||
      !take("user_id", rating.user)) {
    return rating_reason::kMissingMember;
  }
  where = "updatedValues";
  const Value update = root.Find("updatedValues");
  if (!update.IsObject()) return rating_reason::kMissingMember;
  if (const Reason reason = ReadUpdate(update, arena, rating, where)) return reason;
  return ReadPrevious(root.Find("prevValues"), arena, rating, where);
}

}  // namespace sluice::stages
