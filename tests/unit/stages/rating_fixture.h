#pragma once

#include <optional>
#include <string>

#include "stage_fixture.h"

namespace sluice {

/// The stage apply_rating over tables in memory; the state and events of rating.md section 6.
class RatingTest : public StageTest {
 protected:
  static constexpr const char* kNow = "d5a2a6a0-8f3c-11ec-b909-0242ac120002";     // U1
  static constexpr const char* kBefore = "c5a2a6a0-8f3c-11ec-b909-0242ac120002";  // U0

  void SetUp() override {
    StageTest::SetUp();
    for (const char* user : {"u1", "u2", "u3"}) rating_rows_.enrolments.insert({user, "do_1"});
    stage_ = Build("apply_rating: { rows: ratings }");
  }

  static std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

  /// e(new, review, prev): numbers as they stand in JSON, the review as JSON.
  static std::string Rating(const std::string& rating, const std::string& review,
                            const std::string& previous = "", const std::string& user = "u1",
                            const std::string& updated_on = kNow,
                            const std::string& previous_on = kBefore) {
    std::string text = R"({"mid":"k","activity_id":"do_1","activity_Type":"Course","user_id":")";
    text += user + R"(","updatedValues":{"rating":)" + rating + R"(,"review":)" + review;
    text += R"(,"updatedOn":")" + updated_on + "\"}";
    if (!previous.empty()) {
      text += R"(,"prevValues":{"rating":)" + previous + R"(,"updatedOn":")" + previous_on + "\"}";
    }
    return text + "}";
  }
  static std::string Long() { return Quoted(std::string(101, 'x')); }

  /// The summary of do_1: S, with a list of reviews.
  void PutSummary(const std::optional<std::string>& reviews = std::nullopt, double threes = 0) {
    RatingRows::Row& row = rating_rows_.summaries[{"do_1", "Course"}];
    const auto put = [&](const char* column, double value) {
      RatingRows::Put(row, column, Cell::Double(value), 1000);
    };
    put("sum_of_total_ratings", 9);
    put("total_number_of_ratings", 2);
    put("totalcount1stars", 0);
    put("totalcount2stars", 0);
    put("totalcount3stars", threes);
    put("totalcount4stars", 1);
    put("totalcount5stars", 1);
    RatingRows::Put(row, "latest50reviews", reviews ? Cell::Text(*reviews) : Cell::Null(), 1000);
  }

  /// "sum total 1 2 3 4 5" of the summary, and what stands in the list; "none" if there is none.
  std::string Summary() {
    const auto at = rating_rows_.summaries.find({"do_1", "Course"});
    if (at == rating_rows_.summaries.end()) return "none";
    std::string text;
    for (const char* column :
         {"sum_of_total_ratings", "total_number_of_ratings", "totalcount1stars", "totalcount2stars",
          "totalcount3stars", "totalcount4stars", "totalcount5stars"}) {
      std::string number = std::to_string(*at->second.at(column).number);
      number.erase(number.find_last_not_of('0') + 1);
      if (number.ends_with('.')) number.pop_back();
      text += (text.empty() ? "" : " ") + number;
    }
    return text;
  }
  std::optional<std::string> Reviews() {
    return rating_rows_.summaries.at({"do_1", "Course"}).at("latest50reviews").text;
  }
  /// When it was written: the same number as long as it was not.
  std::int64_t WrittenAt() {
    return rating_rows_.summaries.at({"do_1", "Course"}).at("sum_of_total_ratings").at;
  }
  bool HasLookup(double rating, const std::string& updated_on = kNow) {
    const auto seen = rating_rows_.Seen();
    return seen.contains({"do_1", "Course", std::to_string(rating), updated_on});
  }
  std::size_t Lookups() { return rating_rows_.Seen().size() - rating_rows_.summaries.size(); }

  /// What becomes of the event: "" if it is done, else the reason why it failed.
  std::string Outcome(const std::string& text) {
    Forget();
    const Event& event = Add(text);
    const Status status = Run(*stage_);
    if (!status.ok()) return status.error().message;
    if (event.state() == Event::State::kEmitted) return "";
    EXPECT_EQ(event.state(), Event::State::kDiverted);
    return event.reason();
  }

  std::unique_ptr<Stage> stage_;
};

}  // namespace sluice
