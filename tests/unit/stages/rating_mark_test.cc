#include "stages/apply_rating/rating_mark.h"

#include <gtest/gtest.h>

namespace sluice::stages {
namespace {

RatingMark Full() {
  RatingMark mark;
  mark.at = 1'700'000'000'000'001;
  mark.writes_summary = true;
  mark.summary = RatingSummary{
      .sum = 9.8F, .total = 2, .stars = {0, 0.1F, 16777216, 0, 1}, .reviews = "[\"\\u0001\n\"]"};
  mark.lookups = {{.rating = 4.9F, .updated_on = "t1", .put = true, .review = "r\"", .user = "u"},
                  {.rating = 3, .updated_on = "t2", .put = true, .user = "v"},
                  {.rating = 4.1F, .updated_on = "t0"}};
  mark.Apply({"dev.rating.event", 0, 5});
  mark.Refuse({"dev.rating.event", 1, 7}, "not_enrolled", 1'700'000'000);
  mark.Apply({"dev.rating.event", 1, 9, 2});
  return mark;
}

TEST(RatingMarkTest, IsReadAsItWasWritten) {
  const RatingMark mark = Full();
  const auto read = RatingMark::FromText(mark.ToText());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ToText(), mark.ToText());
  EXPECT_EQ(read->at, mark.at);
  EXPECT_EQ(read->summary, mark.summary);
  ASSERT_EQ(read->lookups.size(), 3U);
  EXPECT_EQ(read->lookups[0].review, "r\"");
  EXPECT_EQ(read->lookups[1].review, std::nullopt);
  EXPECT_FALSE(read->lookups[2].put);
}

TEST(RatingMarkTest, KnowsWhatWasDecided) {
  const RatingMark mark = *RatingMark::FromText(Full().ToText());
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 0, 4}), "");
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 0, 5}), "");
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 0, 6}), std::nullopt);
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 1, 7}), "not_enrolled");
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 1, 9, 2}), "");
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 1, 9, 3}), std::nullopt);
  EXPECT_EQ(mark.DecisionOn({"dev.rating.event", 2, 0}), std::nullopt);
  EXPECT_EQ(mark.DecisionOn({"other", 0, 0}), std::nullopt);
}

TEST(RatingMarkTest, ForgetsOldRefusalsAndTheOldestOfMany) {
  RatingMark mark;
  mark.at = 1;
  mark.Refuse({"t", 0, 1}, "not_enrolled", 100);
  for (int i = 2; i < 10'100; ++i) mark.Refuse({"t", 0, i}, "not_enrolled", 200);
  mark.Prune(150);
  EXPECT_EQ(mark.DecisionOn({"t", 0, 1}), "");
  EXPECT_EQ(mark.DecisionOn({"t", 0, 50}), "");
  EXPECT_EQ(mark.DecisionOn({"t", 0, 10'099}), "not_enrolled");
}

TEST(RatingMarkTest, WhatIsNoMarkIsNotRead) {
  for (const char* text :
       {"", "applied", "{}", "[]", R"({"at":0})", R"({"at":"1"})", R"({"at":1,"summary":[1,2]})",
        R"({"at":1,"lookups":[["4.5","t"]]})", R"({"at":1,"decided":[["t/0",1]]})"}) {
    EXPECT_FALSE(RatingMark::FromText(text)) << text;
  }
  EXPECT_TRUE(RatingMark::FromText(R"({"at":1})"));
}

}  // namespace
}  // namespace sluice::stages
