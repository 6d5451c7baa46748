#include "stages/apply_rating/review_list.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "codec/gson_string.h"
#include "codec/json_reader.h"
#include "codec/lenient_json.h"

namespace sluice::stages {
namespace {

constexpr std::size_t kMostReviews = 50;
constexpr std::array<std::string_view, 5> kMembers = {"objectType", "user_id", "date", "rating",
                                                      "review"};

void AppendMember(std::string& out, std::string_view name) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out.append(name).append("\":");
}

/// An entry as the original keeps it: the members that it knows, without nulls. False if it is no
/// review.
bool AppendEntry(std::string& out, Value entry) {
  out += '{';
  for (const std::string_view name : kMembers) {
    const Value member = entry.Find(name);
    if (!member.exists() || member.IsNull()) continue;
    if (!member.IsString() && !member.IsNumber()) return false;
    AppendMember(out, name);
    if (name != "rating") {
      AppendGsonString(out, member.text());
      continue;
    }
    float rating = 0;
    const std::string_view text = member.text();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rating);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    out += JavaFloatText(rating);
  }
  out += '}';
  return true;
}

/// The entries of others, oldest first; nullopt if the text is no list of reviews.
std::optional<std::vector<std::string>> OthersReviews(const std::string& text,
                                                      std::string_view user) {
  auto strict = StrictJsonOf(text);
  if (!strict || !strict->starts_with('[')) return std::nullopt;
  const std::string wrapped = "{\"list\":" + *strict + "}";
  Arena arena(std::size_t{16} << 10);
  Document document;
  if (JsonReader().Read(wrapped, arena, document) != nullptr) return std::nullopt;
  std::vector<std::string> entries;
  for (const Value entry : document.root().Find("list")) {
    const Value of = entry.Find("user_id");
    if (!of.IsString() && !of.IsNumber()) return std::nullopt;
    std::string kept;
    if (!AppendEntry(kept, entry)) return std::nullopt;
    if (of.text() != user) entries.push_back(std::move(kept));
  }
  return entries;
}

std::string NewEntry(const RatingEvent& rating) {
  std::string out = "{\"objectType\":\"review\",\"user_id\":";
  AppendGsonString(out, rating.user);
  out += ",\"date\":";
  AppendGsonString(out, rating.date);
  out += ",\"rating\":";
  out += JavaFloatText(rating.rating);
  out += ",\"review\":";
  AppendGsonString(out, *rating.review);
  return out += '}';
}

}  // namespace

std::optional<std::string> UpdatedReviews(const std::optional<std::string>& reviews,
                                          const RatingEvent& rating, bool& restarted) {
  std::vector<std::string> entries;
  if (reviews) {
    auto others = OthersReviews(*reviews, rating.user);
    restarted = !others;
    if (others) entries = std::move(*others);
  }
  if (rating.review && rating.review_size > kLongReview) {
    if (entries.size() >= kMostReviews) entries.erase(entries.begin());
    entries.push_back(NewEntry(rating));
  }
  if (entries.empty()) return std::nullopt;
  std::string text = "[";
  for (const std::string& entry : entries) {
    if (text.size() > 1) text += ',';
    text += entry;
  }
  return text += ']';
}

std::string JavaFloatText(float value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::scientific);
  std::string text(digits.data(), end.ptr);
  const float magnitude = std::fabs(value);
  if (value != 0 && (magnitude < 1e-3F || magnitude >= 1e7F)) {
    const std::size_t at = text.find('e');
    int exponent = 0;
    const char* power = text.data() + at + (text[at + 1] == '+' ? 2 : 1);
    std::from_chars(power, text.data() + text.size(), exponent);
    text.resize(at);
    if (text.find('.') == std::string::npos) text += ".0";
    text += 'E';
    return text += std::to_string(exponent);
  }
  const auto fixed =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  text.assign(digits.data(), fixed.ptr);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

}  // namespace sluice::stages
