#include "assessment_fixture.h"

namespace sluice {
namespace {

using State = Event::State;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// What a consumer and a reader of the tables see once all is done.
struct Outcome {
  std::vector<std::string> ends;  ///< By event: how it ended, and its text.
  std::vector<std::string> requests;
  std::map<std::string, std::string> counters;
  std::string tables;
  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend void PrintTo(const Outcome& outcome, std::ostream* out) {
    for (const std::string& end : outcome.ends) *out << end << '\n';
    for (const std::string& request : outcome.requests) *out << request << '\n';
    for (const auto& [name, count] : outcome.counters) *out << name << '=' << count << '\n';
    *out << outcome.tables;
  }
};

/// One process, then another one that begins at the last checkpoint again.
class AssessmentReplayTest : public AssessmentTest {
 protected:
  static std::string At(const char* attempt, std::int64_t ts, const char* score,
                        const char* user = "\"U\"") {
    return Ev{.events = List({{.score = score, .max = "4"}}),
              .ts = std::to_string(ts),
              .attempt = attempt,
              .user = user}
        .Text();
  }
  /// Two attempts of one user in one another's way, one of another user, an event for the scores
  /// alone, failures of both kinds.
  static std::vector<std::string> Events() {
    return {At("\"A\"", kTs + 1, "1"), At("\"A\"", kTs, "2"),         At("\"A\"", kTs + 3, "3"),
            At("\"A\"", kTs + 3, "4"), At("\"A2\"", kTs, "2.5"),      At("\"B\"", 5, "1", "\"V\""),
            Ev{.events = ""}.Text(),   Ev{.content = "\"x\""}.Text(), Ev{.ts = ""}.Text(),
            At("\"A\"", kTs + 2, "0")};
  }

  /// Takes the events from the checkpoint on through stages of a new process, in batches of `size`.
  Status TakeAll(const std::vector<std::string>& events, std::size_t size, Outcome& outcome) {
    BuildAll(false);
    outcome = {};
    for (std::size_t first = 0; first < events.size(); first += size) {
      Forget();
      const std::size_t last = std::min(events.size(), first + size);
      for (std::size_t i = first; i < last; ++i) AddAt(events[i], static_cast<std::int64_t>(i));
      SLUICE_TRY(RunAll());
      Note(outcome);
    }
    outcome.tables = cassandra_.Dump();
    return Ok();
  }

 private:
  void AddAt(const std::string& text, std::int64_t offset) {
    texts_.push_back(text);
    Record record{Position{"in", 0, offset}, std::nullopt};
    record.value = texts_.back();
    AddEvent(batch_, record);
  }
  void Note(Outcome& outcome) {
    for (const Event& event : batch_.events()) {
      if (event.created()) continue;
      const char* reason = event.reason() == nullptr ? "" : event.reason();
      outcome.ends.push_back(std::to_string(static_cast<int>(event.state())) + ' ' + reason + ' ' +
                             TextOf(event));
    }
    for (const Emitted& emitted : emitted_) outcome.requests.push_back(emitted.value);
    for (const auto& [name, count] : Counters()) {
      std::string& sum = outcome.counters[name];
      sum = std::to_string(std::stoi("0" + sum) + std::stoi(count));
    }
  }

  std::list<std::string> texts_;
};

TEST_F(AssessmentReplayTest, OneAfterTheOtherIsWhatABatchOfThemGives) {
  Outcome together;
  ASSERT_TRUE(TakeAll(Events(), 100, together).ok());
  EXPECT_EQ(together.counters["db-update-count"], "4");
  EXPECT_EQ(together.counters["skipped-event-count"], "3");
  EXPECT_EQ(together.counters["db-read-count"], "5");
  EXPECT_EQ(together.counters["failed-event-count"], "2");
  EXPECT_THAT(together.requests, SizeIs(5));
  const auto attempts = Attempts();
  ASSERT_THAT(attempts, SizeIs(3));
  EXPECT_EQ(attempts[0].at("grand_total"), "\"3.0/4.0\"");
  cassandra_ = fakes::FakeCassandra();
  for (const std::size_t size : {1, 2, 3, 4}) {
    cassandra_ = fakes::FakeCassandra();
    Outcome apart;
    ASSERT_TRUE(TakeAll(Events(), size, apart).ok());
    EXPECT_EQ(apart, together) << size;
  }
}

TEST_F(AssessmentReplayTest, ABatchIsFiveRoundsHoweverManyItsEvents) {
  Outcome outcome;
  ASSERT_TRUE(TakeAll(Events(), 100, outcome).ok());
  EXPECT_EQ(cassandra_.rounds(), 5U);
}

TEST_F(AssessmentReplayTest, AProcessThatEndsAtAnyPointLeavesNoTrace) {
  for (const bool row_before : {false, true}) {
    const auto reset = [&] {
      cassandra_ = fakes::FakeCassandra();
      if (row_before) PutAttempt(kTs - 5, 1500000000000);
    };
    reset();
    Outcome unharmed;
    ASSERT_TRUE(TakeAll(Events(), 4, unharmed).ok());
    const std::size_t requests = cassandra_.applied();
    ASSERT_GT(requests, 20U);
    for (std::size_t done = 0; done < requests; ++done) {
      for (const std::size_t size_after : {4, 1, 100}) {
        reset();
        Outcome outcome;
        cassandra_.LoseAfter(done);
        const Status lost = TakeAll(Events(), 4, outcome);
        ASSERT_FALSE(lost.ok());
        EXPECT_EQ(lost.error().kind, ErrorKind::kUnavailable);
        cassandra_.Restore();
        ASSERT_TRUE(TakeAll(Events(), size_after, outcome).ok());
        ASSERT_EQ(outcome, unharmed) << done << " requests, then batches of " << size_after;
      }
    }
  }
}

TEST_F(AssessmentReplayTest, AWholeRunBeforeAnAbortIsRepeatedAndChangesNothing) {
  Outcome first;
  ASSERT_TRUE(TakeAll(Events(), 3, first).ok());
  Outcome again;
  resources_.now.now_ms += 3'600'000;
  ASSERT_TRUE(TakeAll(Events(), 5, again).ok());
  EXPECT_EQ(again.ends, first.ends);
  EXPECT_EQ(again.counters, first.counters);
  // All but the times of the scores, which are written again.
  const auto attempts = Attempts();
  ASSERT_THAT(attempts, SizeIs(3));
  for (const Texts& attempt : attempts) {
    EXPECT_EQ(attempt.at("updated_on"), std::to_string(FakeResources::kNow));
    EXPECT_EQ(attempt.at("created_on"), std::to_string(FakeResources::kNow));
  }
}

TEST_F(AssessmentReplayTest, ARowNeverGoesBack) {
  Outcome outcome;
  ASSERT_TRUE(TakeAll({At("\"A\"", kTs, "1"), At("\"A\"", kTs + 1, "2")}, 1, outcome).ok());
  const auto attempts = Attempts();
  ASSERT_TRUE(TakeAll({At("\"A\"", kTs, "1")}, 1, outcome).ok());
  EXPECT_EQ(Attempts(), attempts);
  EXPECT_THAT(outcome.requests, SizeIs(1));
  EXPECT_EQ(outcome.counters["db-update-count"], "1");
}

TEST_F(AssessmentReplayTest, AnotherEventOfTheSameTimeIsSkippedAlsoAfterAReplay) {
  Outcome outcome;
  ASSERT_TRUE(TakeAll({At("\"A\"", kTs, "1")}, 1, outcome).ok());
  ASSERT_TRUE(TakeAll({At("\"A\"", kTs, "1"), At("\"A\"", kTs, "1")}, 1, outcome).ok());
  EXPECT_THAT(outcome.requests, SizeIs(1));
  EXPECT_EQ(outcome.counters["skipped-event-count"], "1");
}

TEST_F(AssessmentReplayTest, Row41And42AStoreThatIsLostIsAnErrorAndTheBatchComesAgain) {
  Forget();
  Add(Ev{}.Text());
  cassandra_.LoseAfter(5);  // Row and mark read, mark and row written, rows read for the scores.
  const Status lost = RunAll();
  ASSERT_FALSE(lost.ok());
  EXPECT_THAT(lost.error().message, HasSubstr("connection refused"));
  EXPECT_THAT(Attempts(), SizeIs(1));
  EXPECT_THAT(Activities(), SizeIs(0));
  EXPECT_TRUE(emitted_.empty());
  // The engine cancels, and sends the same batch through the same stages.
  for (const auto& stage : stages_) stage->Cancel();
  cassandra_.Restore();
  SendAll({Ev{}.Text()});
  EXPECT_EQ(Counters(), Stored());
  EXPECT_THAT(Activities(), SizeIs(1));
  EXPECT_THAT(emitted_, SizeIs(1));
}

TEST_F(AssessmentReplayTest, MarksAreOfThePositionAndTheOutcome) {
  PutAttempt(kTs - 1, 7);
  SendAll({Ev{}.Text(), Ev{.attempt = "\"A2\""}.Text(), Ev{}.Text()});
  EXPECT_THAT(cassandra_.Rows("sluice_marks"),
              ElementsAre(Texts{{"job", "\"assessment-aggregator\""},
                                {"mark", "\"in/0/0\""},
                                {"outcome", "\"updated\""}},
                          Texts{{"job", "\"assessment-aggregator\""},
                                {"mark", "\"in/0/1\""},
                                {"outcome", "\"created\""}}));
}

TEST_F(AssessmentReplayTest, WhatTheStoreRefusesFailsAtEachRoundAndTheOthersGoOn) {
  const std::string good =
      Ev{.events = List({{.max = "4"}}), .attempt = "\"A2\"", .user = "\"V\"", .batch = "\"B2\""}
          .Text();
  const auto expect_refused = [&](const std::string& refused_text) {
    cassandra_ = fakes::FakeCassandra();
    cassandra_.refused_text = refused_text;
    SendAll({Ev{}.Text(), good});
    EXPECT_EQ(Diverted(), "refused_by_store") << refused_text;
    EXPECT_EQ(ValidationError(), "2200 key: too long") << refused_text;
    EXPECT_EQ(CountOf("failed-event-count"), 1U) << refused_text;
    EXPECT_EQ(batch_.events()[1].state(), State::kEmitted) << refused_text;
    EXPECT_THAT(emitted_, SizeIs(1)) << refused_text;
  };
  expect_refused("A");        // The row's key, as soon as it is read.
  expect_refused("1.0/1.0");  // The row.
  EXPECT_EQ(CountOf("db-update-count"), 1U);
  expect_refused("cb:B");  // The scores.
}

TEST_F(AssessmentReplayTest, AMarkThatIsRefusedStopsTheBatch) {
  cassandra_.refused_text = "created";
  Add(Ev{}.Text());
  const Status status = RunAll();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(status.error().message, HasSubstr("a mark is refused: 2200 key"));
  EXPECT_THAT(Attempts(), SizeIs(0));
}

}  // namespace
}  // namespace sluice
