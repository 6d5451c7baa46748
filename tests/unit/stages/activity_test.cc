#include "stages/aggregate_scores/activity.h"

#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <vector>

#include "fake_cassandra.h"

namespace sluice::stages {
namespace {

class ActivityTest : public ::testing::Test {
 protected:
  void Add(const char* content, const char* attempt, Cell time, Cell max_score, Cell score) {
    cells_.push_back({Cell::Text(content), Cell::Text(attempt), time, max_score, score});
    rows_.emplace_back(cells_.back());
  }
  AssessmentFault Read() { return ReadActivity(rows_, "attempt_metrics", 77, arena_, activity_); }
  static std::string Text(const Cell& cell) { return fakes::OwnedCell(cell).Text(); }

  std::deque<std::vector<Cell>> cells_;
  std::vector<RowReply::Row> rows_;
  Arena arena_;
  Activity activity_;
};

// The row is that of assessment-aggregator.md, 11.

TEST_F(ActivityTest, Row39TheBestAttemptCountsAndOfEqualOnesTheFirst) {
  const Cell time = Cell::Int(1568891729576);
  Add("c1", "a1", time, Cell::Double(3), Cell::Double(1));
  Add("c1", "a2", time, Cell::Double(4), Cell::Double(2.5));
  Add("c1", "a3", Cell::Null(), Cell::Double(5), Cell::Double(2.5));
  Add("c2", "a1", time, Cell::Double(1), Cell::Double(0));
  ASSERT_FALSE(Read());
  EXPECT_EQ(Text(activity_.aggregates),
            R"({"attempts_count:c1":3,"attempts_count:c2":1,"max_score:c1":4,"max_score:c2":1,)"
            R"("score:c1":2.5,"score:c2":0})");
  EXPECT_EQ(Text(activity_.agg_last_updated),
            R"({"attempts_count:c1":77,"attempts_count:c2":77,"max_score:c1":77,)"
            R"("max_score:c2":77,"score:c1":77,"score:c2":77})");
  ASSERT_EQ(activity_.agg_details.items.size(), 4U);
  const auto detail = [&](std::size_t i) { return activity_.agg_details.items[i].text; };
  EXPECT_EQ(detail(0),
            R"({"attempt_id":"a1","last_attempted_on":"Sep 19, 2019, 11:15:29 AM","score":1.0,)"
            R"("content_id":"c1","max_score":3.0,"type":"attempt_metrics"})");
  EXPECT_EQ(detail(2), R"({"attempt_id":"a3","score":2.5,"content_id":"c1","max_score":5.0,)"
                       R"("type":"attempt_metrics"})");
  EXPECT_EQ(detail(3).substr(0, 17), R"({"attempt_id":"a1)");
}

TEST_F(ActivityTest, NullScoresAre0AndNegativeOnesCount) {
  Add("c", "a1", Cell::Null(), Cell::Null(), Cell::Double(-1));
  Add("c", "a2", Cell::Null(), Cell::Double(2), Cell::Null());
  ASSERT_FALSE(Read());
  EXPECT_EQ(Text(activity_.aggregates), R"({"attempts_count:c":2,"max_score:c":2,"score:c":0})");
}

TEST_F(ActivityTest, AScoreThatJsonCannotHoldFails) {
  Add("c", "a1", Cell::Null(), Cell::Double(1),
      Cell::Double(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_STREQ(Read().reason, "malformed_score");
}

TEST(MediumDateTimeTest, IsThatOfJava11InUtc) {
  EXPECT_EQ(MediumDateTime(1568891729576), "Sep 19, 2019, 11:15:29 AM");
  EXPECT_EQ(MediumDateTime(0), "Jan 1, 1970, 12:00:00 AM");
  EXPECT_EQ(MediumDateTime(1577880005999), "Jan 1, 2020, 12:00:05 PM");
  EXPECT_EQ(MediumDateTime(1582934399000), "Feb 28, 2020, 11:59:59 PM");
  EXPECT_EQ(MediumDateTime(1582945209000), "Feb 29, 2020, 3:00:09 AM");
  EXPECT_EQ(MediumDateTime(-1), "Dec 31, 1969, 11:59:59 PM");
  EXPECT_EQ(MediumDateTime(253402300800000), "Jan 1, 10000, 12:00:00 AM");
}

}  // namespace
}  // namespace sluice::stages
