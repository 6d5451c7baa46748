#include "engine/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stop_token>

#include "stages/deduplicate/deduplicate.h"
#include "stages/route/route.h"
#include "support/fakes.h"

namespace sluice {
namespace {

constexpr TopicId kOut = 0;
constexpr TopicId kFailed = 1;
constexpr TopicId kDuplicate = 2;

std::string EventText(const std::string& mid) {
  return R"({"eid":"X","mid":")" + mid + R"(","context":{"did":"d1"}})";
}

class WorkerTest : public ::testing::Test {
 protected:
  /// Deduplicates by mid, then routes everything to one topic.
  Status Run(std::vector<std::optional<std::string>> values) {
    source_ = std::make_unique<fakes::FakeSource>(std::move(values));
    sink_ = std::make_unique<fakes::FakeSink>();
    return RunAgain();
  }

  Status RunAgain() {
    if (prepare_) prepare_();
    auto claims = std::make_unique<fakes::FakeClaims>(claims_);
    claims->failures = claim_failures_;
    claims->lost_replies = lost_replies_;
    claims->ping_failures = ping_failures_;
    stages::Deduplicate::Settings dedup{.key = Path("/mid"),
                                        .ttl = std::chrono::hours(1),
                                        .flags = Path("/flags"),
                                        .flag = Path("/flags/pp_duplicate"),
                                        .side_output = 1,
                                        .unique = 0,
                                        .duplicate = 1};
    std::vector<NamedStage> stages;
    stages.push_back(
        {"deduplicate",
         std::make_unique<stages::Deduplicate>(std::move(dedup), std::move(claims), "dedup"),
         nullptr});
    std::vector<stages::Route::Rule> rules(1);
    rules[0].topics = {kOut};
    rules[0].eids = {Path("/X").names()[0]};
    stages.push_back({"route", std::make_unique<stages::Route>(rules), nullptr});
    Flow::Part part;
    part.stages = std::move(stages);
    part.outputs.key = {Path("/context/did")};
    part.outputs.topics = {{kOut, {}}, {kFailed, {}}, {kDuplicate, {}}};
    part.outputs.side_outputs = {{"failed", kFailed}, {"duplicate", kDuplicate}};
    part.batch.max_events = 2;
    part.names = {"test",
                  {"deduplicate", "route"},
                  {"failed", "duplicate"},
                  {"out", "failed", "duplicate"},
                  {"unique", "duplicate"}};
    std::vector<Flow::Part> parts;
    parts.push_back(std::move(part));
    Flow flow(std::move(parts), registry_, max_output_bytes_);
    WorkerMetrics metrics(registry_, "test");
    WorkerReport report(board_.Add("worker 0"), metrics, clock_);
    Worker worker(
        {.name = "worker 0",
         .source = *source_,
         .sink = *sink_,
         .flow = flow,
         .topic_count = 3,
         .joint_commit = joint_,
         .transaction = {.max_events = transaction_events_, .linger = {}, .timeout = timeout_},
         .report = report,
         .log = [this](LogLevel, std::string_view, std::string_view line) {
           log_.emplace_back(line);
         }});
    return worker.Run(stop_.get_token());
  }

  std::size_t Count(TopicId topic) const {
    std::size_t count = 0;
    for (const auto& record : sink_->committed) count += record.topic == topic ? 1 : 0;
    return count;
  }

  std::map<std::string, std::string> claims_;
  std::unique_ptr<fakes::FakeSource> source_;
  std::unique_ptr<fakes::FakeSink> sink_;
  fakes::FakeMetrics registry_;
  fakes::FixedClock clock_{1735776000000};
  StatusBoard board_;
  bool joint_ = true;
  std::stop_source stop_;
  std::function<void()> prepare_;
  int claim_failures_ = 0;
  int lost_replies_ = 0;
  int ping_failures_ = 0;
  std::size_t transaction_events_ = 5;
  std::chrono::milliseconds timeout_{30'000};
  std::size_t max_output_bytes_ = std::size_t{128} << 20;
  std::vector<std::string> log_;
};

TEST_F(WorkerTest, EventsComeOutOnceAndTrueDuplicatesNameTheOriginal) {
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("a")}).ok());
  EXPECT_EQ(Count(kOut), 2U);
  ASSERT_EQ(Count(kDuplicate), 1U);
  for (const auto& record : sink_->committed) {
    EXPECT_EQ(record.key, "d1");
    if (record.topic != kDuplicate) continue;
    EXPECT_EQ(record.headers.at("sluice-position"), "in/0/2");
    EXPECT_EQ(record.headers.at("sluice-first-claimant"), "in/0/0");
    EXPECT_EQ(record.headers.at("sluice-reason"), "duplicate_key");
    EXPECT_EQ(record.headers.at("sluice-stage"), "deduplicate");
    EXPECT_NE(record.value.find(R"("pp_duplicate":true)"), std::string::npos);
  }
  EXPECT_EQ(source_->committed, 3);
  EXPECT_TRUE(source_->closed);
}

TEST_F(WorkerTest, AnAbortedBatchIsProducedExactlyOnce) {
  prepare_ = [this] {
    sink_->commit_errors = {ErrorKind::kReplaceSink, ErrorKind::kAbortTransaction};
  };
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("a")}).ok());
  EXPECT_EQ(sink_->aborts, 2);
  EXPECT_EQ(sink_->replacements, 1);
  EXPECT_EQ(source_->rewinds, 2);
  EXPECT_EQ(Count(kOut), 2U);
  EXPECT_EQ(Count(kDuplicate), 1U);
  EXPECT_EQ(registry_.Get("sluice_events_received_total{pipeline=test,}"), 3);
  EXPECT_EQ(registry_.Get("sluice_unaccounted_events{pipeline=test,}"), 0);
}

TEST_F(WorkerTest, AnEventWithAClaimOfItsOwnIsNotADuplicateOfItself) {
  // As after a kill between the claim and the commit.
  claims_ = {{"a", "in/0/0"}, {"b", "in/0/7"}};
  ASSERT_TRUE(Run({EventText("a"), EventText("b")}).ok());
  EXPECT_EQ(Count(kOut), 1U);
  EXPECT_EQ(Count(kDuplicate), 1U);
}

TEST_F(WorkerTest, ARebalanceDiscardsWhatIsInHand) {
  prepare_ = [this] { source_->discards = 2; };
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("c")}).ok());
  EXPECT_EQ(Count(kOut), 3U);
  EXPECT_EQ(source_->rewinds, 0);
}

TEST_F(WorkerTest, ASealInDoubtIsRenewedBeforeTheNextTransaction) {
  prepare_ = [this] { sink_->seal_in_doubt = true; };
  ASSERT_TRUE(Run({EventText("a"), EventText("b")}).ok());
  EXPECT_EQ(source_->renewals, 1);
  EXPECT_EQ(source_->rewinds, 0);
  EXPECT_EQ(Count(kOut), 2U);
}

TEST_F(WorkerTest, ABatchWaitsForItsStore) {
  claim_failures_ = 2;
  lost_replies_ = 1;
  bool waited = false;
  prepare_ = [&] { source_->on_idle = [&] { waited = waited || !board_.NotReady().empty(); }; };
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("c")}).ok());
  EXPECT_TRUE(waited);
  EXPECT_EQ(Count(kOut), 3U);
  EXPECT_EQ(Count(kDuplicate), 0U) << "a lost reply must not make duplicates";
}

TEST_F(WorkerTest, AStoreThatIsAwayAtStartIsNamedBeforeAnyEventComes) {
  ping_failures_ = 2;
  std::vector<std::string> seen;
  prepare_ = [&] { source_->on_idle = [&] { seen = board_.NotReady(); }; };
  ASSERT_TRUE(Run({EventText("a")}).ok());
  ASSERT_FALSE(seen.empty());
  EXPECT_NE(seen[0].find("redis"), std::string::npos);
  EXPECT_EQ(Count(kOut), 1U);
}

TEST_F(WorkerTest, BrokersThatAreAwayTooAreWaitedFor) {
  claim_failures_ = 1;
  prepare_ = [&] { source_->idle_failures = 3; };
  ASSERT_TRUE(Run({EventText("a")}).ok());
  EXPECT_EQ(Count(kOut), 1U);
}

TEST_F(WorkerTest, AStopWhileWaitingLeavesNothingBehind) {
  claim_failures_ = 1'000'000;
  prepare_ = [&] { source_->on_idle = [&] { stop_.request_stop(); }; };
  ASSERT_TRUE(Run({EventText("a")}).ok());
  EXPECT_EQ(sink_->commits, 0);
  EXPECT_EQ(source_->committed, 0);
}

TEST_F(WorkerTest, UnreadableRecordsGoToTheFailedTopicWhole) {
  ASSERT_TRUE(Run({"{bad", std::nullopt, EventText("a"), "{\"mid\":\"\xff\"}"}).ok());
  ASSERT_EQ(Count(kFailed) + Count(kDuplicate), 3U);
  EXPECT_EQ(Count(kOut), 1U);
  EXPECT_EQ(registry_.Get("sluice_unaccounted_events{pipeline=test,}"), 0);
  for (const auto& record : sink_->committed) {
    const bool has_bytes = record.headers.contains("sluice-raw");
    EXPECT_EQ(has_bytes, record.headers.at("sluice-position") == "in/0/3");
    if (!has_bytes) continue;
    EXPECT_EQ(record.headers.at("sluice-raw"), "{\"mid\":\"\xff\"}");
  }
}

TEST_F(WorkerTest, ARecordThatIsTooLargeIsReplaced) {
  prepare_ = [this] { sink_->max_record_bytes = 4096; };
  ASSERT_TRUE(Run({EventText(std::string(8000, 'x')), EventText("a")}).ok());
  EXPECT_EQ(Count(kOut), 1U);
  ASSERT_EQ(Count(kFailed), 1U);
  EXPECT_EQ(claims_.size(), 1U) << "its size is checked before the claim";
  const auto& replaced = sink_->committed[sink_->committed[0].topic == kFailed ? 0 : 1];
  EXPECT_EQ(replaced.headers.at("sluice-reason"), "oversize");
}

TEST_F(WorkerTest, ARecordThatTheBrokerRefusesIsFoundAndReplaced) {
  prepare_ = [this] { sink_->refused_text = "culprit"; };
  std::vector<std::optional<std::string>> values;
  values.reserve(9);
  for (int i = 0; i < 9; ++i) values.push_back(EventText(i == 4 ? "culprit" : std::to_string(i)));
  ASSERT_TRUE(Run(values).ok());
  EXPECT_EQ(Count(kOut), 8U);
  ASSERT_EQ(Count(kFailed), 1U);
  EXPECT_EQ(source_->committed, 9);
  const auto replaced =
      std::ranges::find(sink_->committed, kFailed, &fakes::FakeSink::Written::topic);
  EXPECT_EQ(replaced->headers.at("sluice-reason"), "refused_by_sink");
  EXPECT_NE(replaced->value.find(R"("reason":"refused_by_sink")"), std::string::npos);
  EXPECT_EQ(replaced->headers.at("sluice-errors"), "no key") << "in the broker's words";
  EXPECT_EQ(registry_.Get("sluice_records_oversize_total{pipeline=test,}"), 0);
  EXPECT_EQ(registry_.Get("sluice_records_refused_total{pipeline=test,}"), 1);
}

TEST_F(WorkerTest, ASinkThatDoesNotTellWhichOutputItRefusedLosesTheRecordAlone) {
  prepare_ = [this] {
    sink_->refused_text = "culprit";
    sink_->tells_refused = false;
  };
  ASSERT_TRUE(Run({EventText("a"), EventText("culprit"), EventText("b")}).ok());
  EXPECT_EQ(Count(kOut), 2U);
  EXPECT_EQ(Count(kFailed), 1U);
}

TEST_F(WorkerTest, ARefusalThatDoesNotComeAgainReplacesNothing) {
  prepare_ = [this] {
    sink_->refused_text = "culprit";
    sink_->refuses_at_most = 2;
  };
  ASSERT_TRUE(Run({EventText("culprit")}).ok());
  EXPECT_EQ(Count(kOut), 1U);
  EXPECT_EQ(Count(kFailed), 0U);
}

TEST_F(WorkerTest, ASinkThatRefusesTheReplacementTooIsWaitedFor) {
  std::vector<std::string> seen;
  prepare_ = [&] {
    sink_->refused_text = "culprit";
    sink_->refuses_replacements = true;
    source_->on_idle = [&] {
      seen = board_.NotReady();
      sink_->refused_text.clear();
    };
  };
  ASSERT_TRUE(Run({EventText("culprit"), EventText("a")}).ok());
  ASSERT_FALSE(seen.empty());
  EXPECT_NE(seen[0].find("in/0/0"), std::string::npos) << seen[0];
  EXPECT_EQ(Count(kOut), 1U);
  EXPECT_EQ(Count(kFailed), 1U);
}

TEST_F(WorkerTest, ALimitThatWasLoweredReplacesOnlyWhatIsTooLarge) {
  prepare_ = [this] {
    sink_->refused_text = "xxxx";
    sink_->on_abort = [this] { sink_->max_record_bytes = 4096; };
  };
  ASSERT_TRUE(Run({EventText(std::string(8000, 'x')), EventText("a"), EventText("b")}).ok());
  EXPECT_EQ(sink_->aborts, 1) << "the limits are read again after the first refusal";
  EXPECT_EQ(Count(kOut), 2U);
  ASSERT_EQ(Count(kFailed), 1U);
  EXPECT_EQ(registry_.Get("sluice_records_oversize_total{pipeline=test,}"), 1);
}

TEST_F(WorkerTest, WhatIsNotTakenInTimeIsTriedInSmallerTransactions) {
  transaction_events_ = 8;
  prepare_ = [this] { sink_->commit_errors = {ErrorKind::kReplaceSink, ErrorKind::kReplaceSink}; };
  std::vector<std::optional<std::string>> values;
  for (int i = 0; i < 14; ++i) values.push_back(EventText(std::to_string(i)));
  ASSERT_TRUE(Run(values).ok());
  EXPECT_EQ(sink_->sizes, (std::vector<std::size_t>{8, 4, 2, 4, 8}));
  EXPECT_EQ(Count(kOut), 14U);
}

TEST_F(WorkerTest, WhileCommitsAreSlowTransactionsStaySmall) {
  transaction_events_ = 4;
  timeout_ = std::chrono::milliseconds{0};
  prepare_ = [this] { sink_->commit_errors = {ErrorKind::kReplaceSink}; };
  std::vector<std::optional<std::string>> values;
  for (int i = 0; i < 6; ++i) values.push_back(EventText(std::to_string(i)));
  ASSERT_TRUE(Run(values).ok());
  EXPECT_EQ(sink_->sizes, (std::vector<std::size_t>{4, 2, 2, 2}));
}

TEST_F(WorkerTest, TheSinkCommitsTheSealedCheckpointWithItsOutputs) {
  ASSERT_TRUE(Run({EventText("a")}).ok());
  EXPECT_EQ(sink_->seal, "seal");
  EXPECT_EQ(source_->seals, 1);
}

TEST_F(WorkerTest, WithoutJointCommitTheSourceCommitsOnceTheOutputsAreDurable) {
  joint_ = false;
  ASSERT_TRUE(Run({EventText("a"), EventText("b")}).ok());
  EXPECT_EQ(source_->seals, 0);
  EXPECT_EQ(source_->committed, 2);
  EXPECT_EQ(Count(kOut), 2U);
}

TEST_F(WorkerTest, OffsetsThatCanNotBeCommittedNowAreTriedAgainWithoutTheOutputs) {
  joint_ = false;
  prepare_ = [this] {
    source_->commit_errors = {ErrorKind::kUnavailable, ErrorKind::kUnavailable};
  };
  ASSERT_TRUE(Run({EventText("a"), EventText("b")}).ok());
  EXPECT_EQ(source_->rewinds, 0);
  EXPECT_EQ(Count(kOut), 2U);
  EXPECT_EQ(source_->committed, 2);
}

TEST_F(WorkerTest, AnotherFailureOfTheOffsetsRepeatsOutputsAndLosesNone) {
  joint_ = false;
  prepare_ = [this] { source_->commit_errors = {ErrorKind::kAbortTransaction}; };
  ASSERT_TRUE(Run({EventText("a"), EventText("b")}).ok());
  EXPECT_EQ(source_->rewinds, 1);
  EXPECT_EQ(sink_->aborts, 0) << "what is committed can't be undone";
  EXPECT_EQ(Count(kOut), 4U);
  EXPECT_EQ(source_->committed, 2);
}

TEST_F(WorkerTest, ASinkThatDiscardsIsFatalSinceItsRecordsWouldBeSkipped) {
  prepare_ = [this] { sink_->commit_errors = {ErrorKind::kDiscard}; };
  const Status status = Run({EventText("a")});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kFatal);
  EXPECT_EQ(source_->committed, 0);
}

TEST_F(WorkerTest, WhatFailsAgainBacksOffAndIsAReasonOfReadiness) {
  std::vector<std::string> seen;
  prepare_ = [&] {
    sink_->commit_errors = {ErrorKind::kAbortTransaction, ErrorKind::kAbortTransaction,
                            ErrorKind::kAbortTransaction};
    source_->on_idle = [&] { seen = board_.NotReady(); };
  };
  ASSERT_TRUE(Run({EventText("a")}).ok());
  EXPECT_GT(source_->idles, 0) << "the second failure waits";
  ASSERT_FALSE(seen.empty());
  EXPECT_NE(seen[0].find("commit failed"), std::string::npos);
  EXPECT_EQ(Count(kOut), 1U);
}

TEST_F(WorkerTest, TheSinkGivesBackWhatItBorrowsBeforeTheRecordsGo) {
  prepare_ = [this] { sink_->commit_errors = {ErrorKind::kFatal}; };
  std::vector<std::string> order;
  const auto prepare = prepare_;
  prepare_ = [&] {
    prepare();
    sink_->on_close = [&] { order.emplace_back("sink closed"); };
    source_->on_release = [&] { order.emplace_back("records released"); };
  };
  ASSERT_FALSE(Run({EventText("a")}).ok());
  ASSERT_GE(order.size(), 2U);
  EXPECT_EQ(order[0], "sink closed");
}

TEST_F(WorkerTest, OutputsThatAreNotCommittedKeepTheOffsetsBack) {
  joint_ = false;
  prepare_ = [this] { sink_->commit_errors = {ErrorKind::kAbortTransaction}; };
  ASSERT_TRUE(Run({EventText("a")}).ok());
  EXPECT_EQ(sink_->aborts, 1);
  EXPECT_EQ(Count(kOut), 1U);
}

TEST_F(WorkerTest, ASinkThatKeepsTheCheckpointSaysWhereTheSourceBegins) {
  transaction_events_ = 1;
  prepare_ = [this] {
    sink_->keeps_checkpoints = true;
    sink_->commit_errors = {ErrorKind::kAbortTransaction};
  };
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("c")}).ok());
  EXPECT_EQ(Count(kOut), 3U);
  prepare_ = nullptr;
  // The next process: its source knows nothing.
  auto kept = std::move(sink_);
  source_ = std::make_unique<fakes::FakeSource>(
      std::vector<std::optional<std::string>>(4, EventText("d")));
  sink_ = std::move(kept);
  ASSERT_TRUE(RunAgain().ok());
  EXPECT_EQ(Count(kOut), 4U);
  EXPECT_EQ(source_->committed, 4);
}

TEST_F(WorkerTest, TheStatusSaysWhatIsCommitted) {
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("a")}).ok());
  const auto status = board_.Workers().back();
  EXPECT_EQ(status->state, WorkerState::kStopped);
  EXPECT_EQ(status->records, 3U);
  EXPECT_GE(status->transactions, 1U);
  EXPECT_EQ(status->last_commit_ms, 1735776000000);
  ASSERT_EQ(status->pipelines.size(), 1U);
  EXPECT_EQ(status->pipelines[0].ledger.received, 3U);
  EXPECT_EQ(status->pipelines[0].ledger.diverted, 1U);
  EXPECT_EQ(status->pipelines[0].topics[kDuplicate].second, 1U);
  ASSERT_EQ(status->partitions.size(), 1U);
  EXPECT_EQ(status->partitions[0].committed, 3);
}

TEST_F(WorkerTest, AWorkerThatWaitsSaysSoAndFailuresAreCounted) {
  claim_failures_ = 1;
  std::shared_ptr<const WorkerStatus> seen;
  prepare_ = [&] { source_->on_idle = [&] { seen = board_.Workers().back(); }; };
  ASSERT_TRUE(Run({EventText("a")}).ok());
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->state, WorkerState::kWaiting);
  EXPECT_NE(seen->reason.find("redis"), std::string::npos);
  EXPECT_EQ(registry_.Get("sluice_waiting{pipeline=test,}"), 0) << "nobody waits any more";
}

TEST_F(WorkerTest, AFatalErrorEndsTheWorker) {
  prepare_ = [this] { sink_->commit_errors = {ErrorKind::kFatal}; };
  const Status status = Run({EventText("a")});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kFatal);
  EXPECT_EQ(Count(kOut), 0U);
}

TEST_F(WorkerTest, AnEventThatNoRuleTakesIsDroppedAndCounted) {
  ASSERT_TRUE(Run({R"({"eid":"Y","mid":"m"})"}).ok());
  EXPECT_TRUE(sink_->committed.empty());
  EXPECT_EQ(source_->committed, 1);
  EXPECT_EQ(registry_.Get("sluice_events_dropped_total{pipeline=test,reason=unrouted,}"), 1);
  EXPECT_EQ(registry_.Get("sluice_unaccounted_events{pipeline=test,}"), 0);
}

TEST_F(WorkerTest, OutputsBeyondTheirLimitAreMoreTransactions) {
  max_output_bytes_ = 1;
  transaction_events_ = 6;
  ASSERT_TRUE(Run({EventText("a"), EventText("b"), EventText("c"), EventText("d"), EventText("e"),
                   EventText("a")})
                  .ok());
  EXPECT_EQ(Count(kOut), 5U);
  EXPECT_EQ(Count(kDuplicate), 1U);
  EXPECT_EQ(source_->committed, 6);
  EXPECT_EQ(sink_->commits, 2) << "two batches of two are under way at a time";
  EXPECT_EQ(source_->rewinds, 0);
}

}  // namespace
}  // namespace sluice
