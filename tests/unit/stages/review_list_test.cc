#include "stages/apply_rating/review_list.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace sluice::stages {
namespace {

RatingEvent ReviewOf(std::string_view review) {
  return {.activity = "do_1",
          .type = "Course",
          .user = "u'1",
          .rating = 4.5F,
          .date = "t",
          .updated_on = "t",
          .review = review,
          .review_size = 101,
          .previous = {}};
}

TEST(ReviewListTest, TextsAreWrittenAsGsonWritesThem) {
  bool restarted = false;
  const auto list = UpdatedReviews(
      std::nullopt, ReviewOf("<a>&='\"\\\n\t\x01\xE2\x80\xA8 caf\xC3\xA9"), restarted);
  EXPECT_EQ(list, R"([{"objectType":"review","user_id":"u\u00271","date":"t","rating":4.5,)"
                  R"("review":"\u003ca\u003e\u0026\u003d\u0027\"\\\n\t\u0001\u2028 café"}])");
  EXPECT_FALSE(restarted);
}

TEST(ReviewListTest, EntriesKeepWhatTheOriginalKnows) {
  bool restarted = false;
  const auto list = UpdatedReviews(
      R"([{"rating":3,"user_id":"o","extra":1,"review":null,"objectType":"review",'date':d}])",
      ReviewOf("r"), restarted);
  EXPECT_TRUE(list->starts_with(
      R"([{"objectType":"review","user_id":"o","date":"d","rating":3.0},{"objectType")"))
      << *list;
}

TEST(ReviewListTest, FloatsAreWrittenAsJavaWritesThem) {
  EXPECT_EQ(JavaFloatText(4.5F), "4.5");
  EXPECT_EQ(JavaFloatText(3.0F), "3.0");
  EXPECT_EQ(JavaFloatText(0.0F), "0.0");
  EXPECT_EQ(JavaFloatText(-0.0F), "-0.0");
  EXPECT_EQ(JavaFloatText(4.9F), "4.9");
  EXPECT_EQ(JavaFloatText(0.001F), "0.001");
  EXPECT_EQ(JavaFloatText(1.5e-4F), "1.5E-4");
  EXPECT_EQ(JavaFloatText(9999999.0F), "9999999.0");
  EXPECT_EQ(JavaFloatText(1e7F), "1.0E7");
  EXPECT_EQ(JavaFloatText(1.25e10F), "1.25E10");
  EXPECT_EQ(JavaFloatText(std::numeric_limits<float>::max()), "3.4028235E38");
}

}  // namespace
}  // namespace sluice::stages
