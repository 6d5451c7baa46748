#include <string>

#include "rating_fixture.h"

namespace sluice {
namespace {

/// By the rows of the table in rating.md section 6. All in one record: the offset of a second batch
/// is another one, so that it is no replay.
class ApplyRatingTest : public RatingTest {
 protected:
  static std::string Entry(const std::string& user, const std::string& review) {
    return R"({"objectType":"review","user_id":")" + user +
           R"(","date":"d","rating":4.0,"review":")" + review + "\"}";
  }
  static std::string List(const std::vector<std::string>& entries) {
    std::string text = "[";
    for (const std::string& entry : entries) text += (text.size() > 1 ? "," : "") + entry;
    return text + "]";
  }
  static std::vector<std::string> Fifty() {
    std::vector<std::string> entries;
    for (int i = 1; i <= 50; ++i) entries.push_back(Entry("o" + std::to_string(i), "r"));
    return entries;
  }
  static std::string Own(const std::string& rating) {
    return R"({"objectType":"review","user_id":"u1","date":")" + std::string(kNow) +
           R"(","rating":)" + rating + R"(,"review":)" + Long() + "}";
  }
};

TEST_F(ApplyRatingTest, Row1FirstRating) {
  EXPECT_EQ(Outcome(Rating("4.5", "\"s\"")), "");
  EXPECT_EQ(Summary(), "4.5 1 0 0 0 1 0");
  EXPECT_EQ(Reviews(), std::nullopt);
  EXPECT_TRUE(HasLookup(4.5));
  EXPECT_EQ(CountOf("success-event-count"), 1U);
  EXPECT_EQ(CountOf("failed-event-count"), 0U);
  EXPECT_EQ(CountOf("db-read-count"), 4U);
  EXPECT_EQ(CountOf("db-update-count"), 2U);
}

TEST_F(ApplyRatingTest, Row2FirstRatingWithALongReview) {
  EXPECT_EQ(Outcome(Rating("4.5", Long())), "");
  EXPECT_EQ(Summary(), "4.5 1 0 0 0 1 0");
  EXPECT_EQ(Reviews(), List({Own("4.5")}));
  EXPECT_TRUE(HasLookup(4.5));
}

TEST_F(ApplyRatingTest, Row3FirstRatingWithoutAReview) {
  EXPECT_EQ(Outcome(Rating("3.0", "null")), "");
  EXPECT_EQ(Summary(), "3 1 0 0 1 0 0");
  const auto row = rating_rows_.lookups.at({"do_1", "Course", std::to_string(3.0), kNow});
  EXPECT_EQ(row.at("review").text, std::nullopt);
  EXPECT_EQ(row.at("userid").text, "u1");
}

TEST_F(ApplyRatingTest, Row4AnIntegerIsARating) {
  EXPECT_EQ(Outcome(Rating("4", "\"s\"")), "");
  EXPECT_EQ(Summary(), "4 1 0 0 0 1 0");
  EXPECT_TRUE(HasLookup(4.0));
}

TEST_F(ApplyRatingTest, Row5WhoIsNotEnrolledIsRefused) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("4.5", "\"s\"", "", "nobody")), "not_enrolled");
  EXPECT_EQ(TextOf(batch_.events()[0]), Rating("4.5", "\"s\"", "", "nobody"));
  EXPECT_EQ(WrittenAt(), 1000);
  EXPECT_EQ(Lookups(), 0U);
  EXPECT_EQ(CountOf("not-enrolled-count"), 1U);
  EXPECT_EQ(CountOf("failed-event-count"), 1U);
  EXPECT_EQ(CountOf("db-update-count"), 0U);
}

TEST_F(ApplyRatingTest, Row6AnotherRating) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("4.5", "\"s\"")), "");
  EXPECT_EQ(Summary(), "13.5 3 0 0 0 2 1");
  EXPECT_TRUE(HasLookup(4.5));
}

TEST_F(ApplyRatingTest, Row7AChangedRatingTakesThePlaceOfTheOldOne) {
  PutSummary();
  ASSERT_EQ(Outcome(Rating("4.0", "null", "", "u1", kBefore)), "");
  PutSummary();
  rating_rows_.summaries.clear();
  rating_rows_.marks.clear();
  PutSummary();
  EXPECT_TRUE(HasLookup(4.0, kBefore));
  EXPECT_EQ(Outcome(Rating("5.0", "\"s\"", "4.0")), "");
  EXPECT_EQ(Summary(), "10 2 0 0 0 0 2");
  EXPECT_TRUE(HasLookup(5.0));
  EXPECT_FALSE(HasLookup(4.0, kBefore));
}

TEST_F(ApplyRatingTest, Row8AFirstRatingLooksForNoOldOne) {
  PutSummary();
  RatingRows::Put(rating_rows_.lookups[{"do_1", "Course", std::to_string(0.0), kBefore}], "userid",
                  Cell::Text("other"), 5);
  EXPECT_EQ(Outcome(Rating("5.0", "\"s\"")), "");
  EXPECT_EQ(Summary(), "14 3 0 0 0 1 2");
  EXPECT_TRUE(HasLookup(5.0));
  EXPECT_TRUE(HasLookup(0.0, kBefore));
}

TEST_F(ApplyRatingTest, Row9TheSameRatingWithALongReview) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("4.0", Long(), "4.0")), "");
  EXPECT_EQ(Summary(), "9 2 0 0 0 1 1");
  EXPECT_EQ(Reviews(), List({Own("4.0")}));
  EXPECT_TRUE(HasLookup(4.0));
}

TEST_F(ApplyRatingTest, Row10TheSameRatingWithAShortReview) {
  PutSummary(List({Entry("u1", "old"), Entry("o1", "r")}));
  EXPECT_EQ(Outcome(Rating("4.0", "\"s\"", "4.0")), "");
  EXPECT_EQ(Summary(), "9 2 0 0 0 1 1");
  EXPECT_EQ(Reviews(), List({Entry("o1", "r")}));
  EXPECT_TRUE(HasLookup(4.0));
}

TEST_F(ApplyRatingTest, Row11AHundredUnitsAreNeitherLongNorShort) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("4.0", Quoted(std::string(100, 'x')), "4.0")), "");
  EXPECT_EQ(WrittenAt(), 1000);
  EXPECT_TRUE(HasLookup(4.0));
  rating_rows_.lookups.clear();
  rating_rows_.marks.clear();
  EXPECT_EQ(Outcome(Rating("4.0", "null", "4.0")), "");
  EXPECT_EQ(WrittenAt(), 1000);
  EXPECT_TRUE(HasLookup(4.0));
}

TEST_F(ApplyRatingTest, Row12SumsAreInSinglePrecision) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("4.9", "\"s\"", "4.1")), "");
  const float expected = 9.0F + (4.9F - 4.1F);
  EXPECT_EQ(*rating_rows_.summaries.at({"do_1", "Course"}).at("sum_of_total_ratings").number,
            double{expected});
  EXPECT_EQ(Summary().substr(Summary().find(' ')), " 2 0 0 0 1 1");
  EXPECT_TRUE(HasLookup(double{4.9F}));
}

TEST_F(ApplyRatingTest, Row13ACounterDoesNotGoBelowNought) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("2.5", "null", "3.0")), "");
  EXPECT_EQ(Summary(), "8.5 2 0 1 0 1 1");
}

TEST_F(ApplyRatingTest, Row14ARatingOutsideOfTheStarsCountsInTheSum) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("6.0", "\"s\"")), "");
  EXPECT_EQ(Summary(), "15 3 0 0 0 1 1");
  EXPECT_EQ(CountOf("rating-out-of-range-count"), 1U);
}

TEST_F(ApplyRatingTest, Row15ANoughtThatComesFirstIsRefused) {
  PutSummary();
  EXPECT_EQ(Outcome(Rating("0.0", "\"s\"")), "nothing_to_change");
  EXPECT_EQ(WrittenAt(), 1000);
  EXPECT_EQ(Lookups(), 0U);
  EXPECT_EQ(Outcome(Rating("0.0", Long(), "", "u2")), "nothing_to_change");
}

TEST_F(ApplyRatingTest, ANoughtThatComesFirstWithALongReviewMakesASummary) {
  EXPECT_EQ(Outcome(Rating("0.0", Long())), "");
  EXPECT_EQ(Summary(), "0 1 0 0 0 0 0");
}

TEST_F(ApplyRatingTest, ANoughtWithoutAReviewIsOnlyLookedUp) {
  EXPECT_EQ(Outcome(Rating("0.0", "null")), "");
  EXPECT_EQ(Summary(), "none");
  EXPECT_TRUE(HasLookup(0.0));
}

TEST_F(ApplyRatingTest, Row16AShortReviewRemovesTheUsersLongOne) {
  PutSummary(List({Entry("u1", "old"), Entry("o1", "r"), Entry("o2", "r")}));
  EXPECT_EQ(Outcome(Rating("5.0", "\"s\"", "4.0")), "");
  EXPECT_EQ(Reviews(), List({Entry("o1", "r"), Entry("o2", "r")}));
}

TEST_F(ApplyRatingTest, Row17ALongReviewIsTheNewest) {
  PutSummary(List({Entry("u1", "old"), Entry("o1", "r"), Entry("o2", "r")}));
  EXPECT_EQ(Outcome(Rating("5.0", Long(), "4.0")), "");
  EXPECT_EQ(Reviews(), List({Entry("o1", "r"), Entry("o2", "r"), Own("5.0")}));
}

TEST_F(ApplyRatingTest, Rows18And19AListOfNoneIsNull) {
  for (const std::string& list : {List({Entry("u1", "old")}), std::string("[]")}) {
    rating_rows_ = {
        .enrolments = rating_rows_.enrolments, .summaries = {}, .lookups = {}, .marks = {}};
    PutSummary(list);
    EXPECT_EQ(Outcome(Rating("5.0", "\"s\"", "4.0")), "");
    EXPECT_EQ(Reviews(), std::nullopt) << list;
  }
}

TEST_F(ApplyRatingTest, Row20AFullListKeepsFiftyWhereNothingIsAdded) {
  PutSummary(List(Fifty()));
  EXPECT_EQ(Outcome(Rating("5.0", "\"s\"", "4.0")), "");
  EXPECT_EQ(Reviews(), List(Fifty()));
}

TEST_F(ApplyRatingTest, Row21AFullListLosesTheOldest) {
  PutSummary(List(Fifty()));
  EXPECT_EQ(Outcome(Rating("5.0", Long())), "");
  auto expected = Fifty();
  expected.erase(expected.begin());
  expected.push_back(Own("5.0"));
  EXPECT_EQ(Reviews(), List(expected));
}

TEST_F(ApplyRatingTest, Row22AListThatCantBeReadStartsAnew) {
  for (const char* list :
       {"junk", "", "[null]", R"([{"review":"no user"}])", R"({"user_id":"a"})"}) {
    rating_rows_ = {
        .enrolments = rating_rows_.enrolments, .summaries = {}, .lookups = {}, .marks = {}};
    PutSummary(list);
    EXPECT_EQ(Outcome(Rating("5.0", Long())), "");
    EXPECT_EQ(Reviews(), List({Own("5.0")})) << list;
    EXPECT_EQ(CountOf("review-list-restarted-count"), 1U);
  }
}

TEST_F(ApplyRatingTest, Row23NothingToChangeWithoutASummary) {
  EXPECT_EQ(Outcome(Rating("4.0", "\"s\"", "4.0")), "nothing_to_change");
  EXPECT_EQ(Summary(), "none");
  EXPECT_EQ(Lookups(), 0U);
}

TEST_F(ApplyRatingTest, Rows24And25AChangeWithoutASummaryIsAFirstRating) {
  EXPECT_EQ(Outcome(Rating("4.0", Long(), "4.0")), "");
  EXPECT_EQ(Summary(), "4 1 0 0 0 1 0");
  EXPECT_EQ(Reviews(), List({Own("4.0")}));
  rating_rows_ = {
      .enrolments = rating_rows_.enrolments, .summaries = {}, .lookups = {}, .marks = {}};
  EXPECT_EQ(Outcome(Rating("5.0", "\"s\"", "4.0")), "");
  EXPECT_EQ(Summary(), "5 1 0 0 0 0 1");
}

TEST_F(ApplyRatingTest, Rows26And27WhatIsNoRatingIsRefusedBeforeAnyRequest) {
  const std::string good = Rating("4.0", "\"s\"", "3.0");
  const auto without = [&](const std::string& part, const std::string& instead = "") {
    std::string text = good;
    const std::size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return text.replace(at, part.size(), instead);
  };
  const std::string now(kNow);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {without(R"("user_id":"u1",)"), "missing_member"},
      {without(R"("activity_id":"do_1",)"), "missing_member"},
      {without(R"("activity_Type")", R"("activity_type")"), "missing_member"},
      {without(R"("user_id":"u1")", R"("user_id":7)"), "missing_member"},
      {without(R"("user_id":"u1")", R"("user_id":null)"), "missing_member"},
      {R"({"activity_id":"do_1","activity_Type":"Course","user_id":"u1"})", "missing_member"},
      {R"({"activity_id":"do_1","activity_Type":"Course","user_id":"u1","updatedValues":"x"})",
       "missing_member"},
      {without(R"("review":"s")", R"("review":5)"), "invalid_review"},
      {without(R"("rating":4.0,)"), "invalid_rating"},
      {without(R"("rating":4.0)", R"("rating":"4.0")"), "invalid_rating"},
      {without(R"("rating":4.0)", R"("rating":1e300)"), "invalid_rating"},
      {without(now, "not-a-uuid"), "invalid_update_time"},
      {without(R"(,"updatedOn":")" + now + "\""), "invalid_update_time"},
      {without(now, "d5a2a6a0-8f3c-41ec-b909-0242ac120002"), "invalid_update_time"},
      {without(R"("prevValues":{"rating":3.0,)", R"("prevValues":{)"), "invalid_previous_values"},
      {without(kBefore, "x"), "invalid_previous_values"},
      {R"({"activity_id":"do_1","activity_Type":"Course","user_id":"u1","updatedValues":{"rating":4.0,"updatedOn":")" +
           now + R"("},"prevValues":"x"})",
       "invalid_previous_values"}};
  for (const auto& [text, reason] : cases) {
    EXPECT_EQ(Outcome(text), reason) << text;
    EXPECT_EQ(CountOf("db-read-count"), 0U);
  }
  EXPECT_TRUE(rating_rows_.summaries.empty());
  EXPECT_TRUE(rating_rows_.marks.empty());
  EXPECT_EQ(Outcome(good), "");
}

TEST_F(ApplyRatingTest, Row28WhatIsNotReadableFailsAsItCame) {
  Event& event = Add("zz");
  Event& nothing = Add(std::nullopt);
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(event.verbatim(), "zz");
  EXPECT_STREQ(event.reason(), "invalid_json");
  EXPECT_STREQ(nothing.reason(), "null_record");
  EXPECT_EQ(CountOf("failed-event-count"), 2U);
}

TEST_F(ApplyRatingTest, Row30AStoreThatIsAwayIsNoFailureOfTheEvent) {
  rows_life_.dies_at = 0;
  Event& event = Add(Rating("4.5", "\"s\""));
  const Status status = Run(*stage_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(event.active());
}

TEST_F(ApplyRatingTest, Row31TheSameRatingInAnotherRecordChangesNothing) {
  PutSummary();
  Add(Rating("4.5", "\"s\""));
  Add(Rating("4.5", "\"s\""));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(Summary(), "13.5 3 0 0 0 2 1");
  Forget();
  for (int i = 0; i < 3; ++i) Add("{}");  // A new record stands behind the old ones.
  Add(Rating("4.5", "\"s\""));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(Summary(), "13.5 3 0 0 0 2 1");
  EXPECT_EQ(CountOf("success-event-count"), 1U);
}

TEST_F(ApplyRatingTest, TwoEventsOfOneActivityAreOneAfterTheOther) {
  PutSummary();
  Add(Rating("3.0", "\"s\"", "", "u1", kBefore));
  Add(Rating("5.0", Long(), "3.0"));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(Summary(), "14 3 0 0 0 1 2");
  EXPECT_EQ(Reviews(), List({Own("5.0")}));
  EXPECT_TRUE(HasLookup(5.0));
  EXPECT_FALSE(HasLookup(3.0, kBefore));
}

TEST_F(ApplyRatingTest, ARowThatIsRemovedAndPutAgainIsThere) {
  PutSummary();
  Add(Rating("3.0", "\"s\"", "", "u1", kBefore));
  Add(Rating("3.0", "\"new\"", "3.0", "u1", kBefore, kBefore));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_TRUE(HasLookup(3.0, kBefore));
}

TEST_F(ApplyRatingTest, WhatTheStoreRefusesToReadFails) {
  rows_life_.refuses = {"sluice_marks"};
  EXPECT_EQ(Outcome(Rating("4.5", "\"s\"")), "refused_by_store");
  EXPECT_EQ(Summary(), "none");
  EXPECT_EQ(batch_.events()[0].note().detail, "2200 no");
}

TEST_F(ApplyRatingTest, AWriteThatIsRefusedBehindItsMarkIsWaitedFor) {
  rows_life_.refuses = {"ratings_summary"};
  const std::string outcome = Outcome(Rating("4.5", "\"s\""));
  EXPECT_EQ(outcome, "store ratings: a write of activity do_1 is refused: 2200 no");
}

TEST_F(ApplyRatingTest, LongTextsAreWrittenBeforeTheBatch) {
  Add(Rating("4.5", Quoted(std::string(30'000, 'x'))));
  Add(Rating("4.0", "\"s\"", "", "u2", "a5a2a6a0-8f3c-11ec-b909-0242ac120002"));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(Summary(), "8.5 2 0 0 0 2 0");
  EXPECT_GT(Reviews()->size(), 30'000U);
  EXPECT_EQ(Lookups(), 2U);
  // The mark, the list and the long look-up row alone, the numbers and the other row together.
  EXPECT_EQ(rows_life_.batches, (std::vector<std::size_t>{1, 1, 1, 2}));
}

TEST_F(ApplyRatingTest, ManyRowsGoInBatchesThatTheServerTakes) {
  for (int i = 0; i < 40; ++i) {
    std::string updated_on(kNow);
    updated_on.replace(0, 2, std::to_string(10 + i));
    Add(Rating("4.5", Quoted(std::string(2'000, 'x')), "", "u1", updated_on));
  }
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(Lookups(), 40U);
  ASSERT_EQ(rows_life_.batches.size(), 4U);
  for (const std::size_t statements : rows_life_.batches) EXPECT_LE(statements, 19U);
}

TEST_F(ApplyRatingTest, ShortFormsOfAUuidAreTaken) {
  EXPECT_EQ(Outcome(Rating("4.5", "null", "", "u1", "1-2-1003-4-5")), "");
  EXPECT_TRUE(HasLookup(4.5, "00000001-0002-1003-0004-000000000005"));
}

TEST_F(ApplyRatingTest, NamesThatAreNoNamesAreRefused) {
  EXPECT_NE(
      Problem("apply_rating: { rows: ratings, keyspace: \"a; DROP\" }").find("keyspace must be"),
      std::string::npos);
  EXPECT_NE(Problem("apply_rating: { rows: ratings, lookup: \"\" }"), "");
}

}  // namespace
}  // namespace sluice
