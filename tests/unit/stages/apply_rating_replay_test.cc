#include <string>
#include <vector>

#include "rating_fixture.h"

namespace sluice {
namespace {

/// Whatever dies where, and however late its writes arrive: after the replay the tables are as
/// they are without any of it, and so are the outcomes of the events.
class ApplyRatingReplayTest : public RatingTest {
 protected:
  static std::string Time(int number) {
    std::string uuid(kNow);
    return uuid.replace(0, 2, std::to_string(10 + number));
  }
  /// Ratings of one activity by several users: new ones, changed ones, refused ones, one that comes
  /// twice.
  static std::vector<std::string> Events() {
    return {Rating("4.5", Long(), "", "u1", Time(1)),
            Rating("3.0", "\"s\"", "", "u2", Time(2)),
            Rating("5.0", "\"s\"", "", "nobody", Time(3)),
            Rating("2.0", "\"s\"", "4.5", "u1", Time(4), Time(1)),
            Rating("3.0", "\"s\"", "", "u2", Time(2)),
            Rating("0.0", "\"s\"", "", "u3", Time(5)),
            Rating("3.0", "null", "3.0", "u2", Time(6), Time(2)),
            Rating("1.5", Quoted(std::string(20'000, 'y')), "", "u3", Time(7))};
  }

  /// Sends the events from `begin` to `end` through a new stage, each at its own offset.
  Status RunFrom(std::size_t begin, std::size_t end, std::vector<std::string>* outcomes = nullptr) {
    Forget();
    auto stage = Build("apply_rating: { rows: ratings }");
    const auto events = Events();
    for (std::size_t i = 0; i < begin; ++i) Add("{}").Drop("expired");
    for (std::size_t i = begin; i < end; ++i) Add(events[i]);
    SLUICE_TRY(Run(*stage));
    for (std::size_t i = begin; outcomes != nullptr && i < end; ++i) {
      const Event& event = batch_.events()[i];
      outcomes->push_back(event.state() == Event::State::kEmitted ? "" : event.reason());
    }
    return Ok();
  }

  void Empty() {
    rating_rows_ = {
        .enrolments = rating_rows_.enrolments, .summaries = {}, .lookups = {}, .marks = {}};
    rows_life_ = {};
  }

  struct End {
    std::map<RatingRows::Key, RatingRows::Row> rows;
    std::vector<std::string> outcomes;
  };
  End Unharmed() {
    Empty();
    End end;
    EXPECT_TRUE(RunFrom(0, 4, &end.outcomes).ok());
    EXPECT_TRUE(RunFrom(4, 8, &end.outcomes).ok());
    end.rows = rating_rows_.Seen();
    return end;
  }
};

TEST_F(ApplyRatingReplayTest, TheUnharmedRunIsAsExpected) {
  const End end = Unharmed();
  EXPECT_EQ(end.outcomes, (std::vector<std::string>{"", "", "not_enrolled", "", "",
                                                    "nothing_to_change", "", ""}));
  EXPECT_EQ(Summary(), "6.5 3 1 1 1 0 0");
  EXPECT_EQ(Lookups(), 3U);
}

TEST_F(ApplyRatingReplayTest, AReplayChangesNothing) {
  const End end = Unharmed();
  std::vector<std::string> outcomes;
  ASSERT_TRUE(RunFrom(0, 8, &outcomes).ok());
  EXPECT_EQ(rating_rows_.Seen(), end.rows);
  EXPECT_EQ(outcomes, end.outcomes);
}

TEST_F(ApplyRatingReplayTest, EveryDeathEndsAsNone) {
  const End end = Unharmed();
  const int writes = rows_life_.writes + 4;
  int deaths = 0;
  // How the batch that dies and those of the replay are cut; when late writes arrive: before the
  // replay, between its batches, after it, or never.
  for (int dies_at = 0; dies_at < writes; ++dies_at) {
    for (const int statements : {0, 1, 1000}) {
      for (std::size_t cut = 1; cut <= 8; ++cut) {
        for (int late = 0; late < 4; ++late) {
          Empty();
          rows_life_.dies_at = dies_at;
          rows_life_.statements = statements;
          if (RunFrom(0, 8).ok()) continue;
          ++deaths;
          rows_life_.dies_at = -1;
          if (late == 0) FakeRatingRows::DoLate(rating_rows_, rows_life_);
          std::vector<std::string> outcomes;
          ASSERT_TRUE(RunFrom(0, cut, &outcomes).ok());
          if (late == 1) FakeRatingRows::DoLate(rating_rows_, rows_life_);
          ASSERT_TRUE(RunFrom(cut, 8, &outcomes).ok());
          if (late == 2) FakeRatingRows::DoLate(rating_rows_, rows_life_);
          ASSERT_EQ(rating_rows_.Seen(), end.rows)
              << "write " << dies_at << ", statements " << statements << ", cut " << cut
              << ", late " << late;
          ASSERT_EQ(outcomes, end.outcomes);
        }
      }
    }
  }
  EXPECT_GT(deaths, 300);
}

TEST_F(ApplyRatingReplayTest, ADeathInTheReplayEndsAsNone) {
  const End end = Unharmed();
  for (int first = 0; first < 6; ++first) {
    for (int second = 0; second < 8; ++second) {
      Empty();
      rows_life_.dies_at = first;
      if (RunFrom(0, 8).ok()) continue;
      rows_life_.dies_at = rows_life_.writes + second;
      rows_life_.statements = 1;
      std::vector<std::string> outcomes;
      const bool died = !RunFrom(0, 3, &outcomes).ok() || !RunFrom(3, 8, &outcomes).ok();
      rows_life_.dies_at = -1;
      if (died) {
        outcomes.clear();
        ASSERT_TRUE(RunFrom(0, 5, &outcomes).ok());
        FakeRatingRows::DoLate(rating_rows_, rows_life_);
        ASSERT_TRUE(RunFrom(5, 8, &outcomes).ok());
      }
      ASSERT_EQ(rating_rows_.Seen(), end.rows) << "writes " << first << " and " << second;
      ASSERT_EQ(outcomes, end.outcomes);
    }
  }
}

TEST_F(ApplyRatingReplayTest, ARefusalStandsThoughTheUserIsEnrolledMeanwhile) {
  std::vector<std::string> outcomes;
  ASSERT_TRUE(RunFrom(0, 4, &outcomes).ok());
  rating_rows_.enrolments.insert({"nobody", "do_1"});
  const auto before = rating_rows_.Seen();
  std::vector<std::string> again;
  ASSERT_TRUE(RunFrom(0, 4, &again).ok());
  EXPECT_EQ(again, outcomes);
  EXPECT_EQ(rating_rows_.Seen(), before);
}

TEST_F(ApplyRatingReplayTest, ARowThatSomebodyElseWroteLaterCounts) {
  ASSERT_TRUE(RunFrom(0, 1).ok());
  RatingRows::Row& row = rating_rows_.summaries[{"do_1", "Course"}];
  const std::int64_t later = WrittenAt() + 10'000'000;
  RatingRows::Put(row, "sum_of_total_ratings", Cell::Double(100), later);
  RatingRows::Put(row, "total_number_of_ratings", Cell::Double(30), later);
  ASSERT_TRUE(RunFrom(1, 2).ok());
  EXPECT_EQ(Summary().substr(0, 6), "103 31");
}

TEST_F(ApplyRatingReplayTest, AMarkThatCantBeReadStopsTheStage) {
  RatingRows::Put(rating_rows_.marks[{"rating", "6:Course/do_1"}], "outcome", Cell::Text("{}"), 1);
  const Status status = RunFrom(0, 1);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            "store ratings: the mark of activity do_1 in sunbird.sluice_marks can't be read; "
            "delete it");
}

}  // namespace
}  // namespace sluice
