#include "engine/status.h"

#include <gmock/gmock.h>

#include <thread>

#include "engine/status_json.h"

namespace sluice {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<WorkerStatus> StatusIn(WorkerState state, std::string reason = {}) {
  auto status = std::make_shared<WorkerStatus>();
  status->worker = "worker 0";
  status->state = state;
  status->reason = std::move(reason);
  return status;
}

TEST(StatusBoardTest, AWorkerIsNotReadyBeforeItRuns) {
  StatusBoard board;
  StatusSlot& slot = board.Add("worker 0");
  EXPECT_THAT(board.NotReady(), ElementsAre("worker 0: starting"));
  slot.Publish(StatusIn(WorkerState::kRunning));
  EXPECT_THAT(board.NotReady(), IsEmpty());
  slot.Publish(StatusIn(WorkerState::kWaiting, "redis: connection refused"));
  EXPECT_THAT(board.NotReady(), ElementsAre("worker 0: redis: connection refused"));
}

TEST(StatusBoardTest, EveryWorkerIsNamed) {
  StatusBoard board;
  board.Add("worker 0");
  board.Add("worker 1").Publish(StatusIn(WorkerState::kRunning));
  board.Add("worker 2");
  EXPECT_THAT(board.NotReady(), ElementsAre("worker 0: starting", "worker 2: starting"));
  EXPECT_EQ(board.Workers().size(), 3U);
}

TEST(StatusBoardTest, ACallThatTakesLongIsAReasonUntilItEnds) {
  StatusBoard board(milliseconds(0));
  StatusSlot& slot = board.Add("worker 0");
  slot.Publish(StatusIn(WorkerState::kRunning));
  {
    const StatusSlot::Call call = slot.Enter("committing a transaction");
    EXPECT_THAT(board.NotReady(), ElementsAre("worker 0: committing a transaction for 0 s"));
  }
  EXPECT_THAT(board.NotReady(), IsEmpty());
}

TEST(StatusBoardTest, AShortCallIsNoReason) {
  StatusBoard board(hours(1));
  StatusSlot& slot = board.Add("worker 0");
  slot.Publish(StatusIn(WorkerState::kRecovering, "the assignment moved"));
  const StatusSlot::Call call = slot.Enter("committing a transaction");
  EXPECT_THAT(board.NotReady(), IsEmpty());
}

TEST(StatusBoardTest, AWorkerThatDoesNotGoRoundItsLoopIsNotAlive) {
  StatusBoard board;
  StatusSlot& slot = board.Add("worker 0");
  EXPECT_THAT(board.NotAlive(hours(1)), IsEmpty());
  slot.Publish(StatusIn(WorkerState::kRunning));
  EXPECT_THAT(board.NotAlive(std::chrono::seconds(-1)),
              ElementsAre("worker 0: has not gone round its loop for 0 s"));
  slot.Publish(StatusIn(WorkerState::kStopped));
  EXPECT_THAT(board.NotAlive(std::chrono::seconds(-1)), IsEmpty()) << "its input has ended";
}

TEST(StatusSlotTest, ReadersSeeWholeSnapshotsWhileTheWorkerPublishes) {
  StatusSlot slot("worker 0");
  std::jthread worker([&](const std::stop_token& stop) {
    for (std::uint64_t n = 1; !stop.stop_requested(); ++n) {
      auto status = StatusIn(WorkerState::kRunning);
      status->transactions = n;
      status->records = 2 * n;
      slot.Publish(std::move(status));
      slot.Beat();
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    const StatusSlot::Snapshot seen = slot.snapshot();
    ASSERT_EQ(seen->records, 2 * seen->transactions);
  }
  EXPECT_LT(StatusSlot::Clock::now() - slot.last_beat(), hours(1));
}

TEST(StatusJsonTest, SaysWhatAWorkerIsDoing) {
  auto status = StatusIn(WorkerState::kWaiting, "redis \"r\": refused");
  status->since_ms = 1735776000000;
  status->transactions = 3;
  status->records = 30;
  status->records_per_second = 12.6;
  status->failures["unavailable"] = 1;
  status->partitions = {{"dev.in", 2, 7, 10}, {"dev.in", 3}};
  PipelineStatus& pipeline = status->pipelines.emplace_back();
  pipeline.name = "p";
  pipeline.ledger = {.received = 5, .created = 1, .emitted = 4, .diverted = 1, .dropped = 0};
  pipeline.stages = {{"route", 6}};
  pipeline.topics = {{"dev.out", 4}};
  const std::string json = StatusJson({.version = "1", .pipeline = "p", .delivery = "exactly once"},
                                      {std::shared_ptr<const WorkerStatus>(status)});
  EXPECT_THAT(json, testing::StartsWith(R"({"name":"sluice","version":"1","pipeline":"p",)"
                                        R"("delivery":"exactly once")"));
  EXPECT_THAT(json, HasSubstr(R"("state":"waiting","reason":"redis \"r\": refused",)"
                              R"("since":"2025-01-02T00:00:00.000Z")"));
  EXPECT_THAT(json, HasSubstr(R"("last_commit":null,"transactions":3,"records":30,)"
                              R"("records_per_second":13,"failures":{"unavailable":1})"));
  EXPECT_THAT(json, HasSubstr(R"({"topic":"dev.in","partition":2,"committed":7,"end":10,"lag":3,)"
                              R"("lag_seconds":null})"));
  EXPECT_THAT(json, HasSubstr(R"("partition":3,"committed":null,"end":null,"lag":null,)"
                              R"("lag_seconds":null})"));
  EXPECT_THAT(json, HasSubstr(R"("unaccounted":1,"stages":{"route":6},"topics":{"dev.out":4},)"
                              R"("routed":[],"diverted_by":[],"dropped_by":{},"failures":[]})"));
}

std::string JsonOf(const std::shared_ptr<WorkerStatus>& status, const ProcessView& view = {}) {
  return StatusJson({.version = "1", .pipeline = "p", .delivery = ""},
                    {std::shared_ptr<const WorkerStatus>(status)}, view);
}

TEST(StatusJsonTest, TheLagInSecondsIsTheAgeOfTheLastCommittedRecord) {
  const auto status = StatusIn(WorkerState::kRunning);
  status->taken_ms = 1735776000000;
  status->partitions = {{.topic = "in", .partition = 0, .committed = 7, .end = 10},
                        {.topic = "in", .partition = 1, .committed = 7, .end = 7}};
  for (PartitionStatus& partition : status->partitions) {
    partition.committed_ms = status->taken_ms - 2'540;
  }
  const std::string json = JsonOf(status);
  EXPECT_THAT(json, HasSubstr(R"("lag":3,"lag_seconds":2.5)"));
  EXPECT_THAT(json, HasSubstr(R"("lag":0,"lag_seconds":0.0)")) << "nothing is left to do";
}

TEST(StatusJsonTest, SaysWhereEventsWentAndWhatFailed) {
  const auto status = StatusIn(WorkerState::kRunning);
  PipelineStatus& pipeline = status->pipelines.emplace_back();
  pipeline.routed = {{"route", "out", 4}};
  pipeline.diverted = {{"validate", "failed", "schema_violation", 2}};
  pipeline.dropped = {{"unrouted", 1}};
  pipeline.failures = {{"validate", "schema_violation", "A\xFF", "/ver", "required", 2, "in/0/7",
                        R"({"eid":"<string 1>"})"}};
  const std::string json = JsonOf(status);
  EXPECT_THAT(json, HasSubstr(R"("routed":[{"stage":"route","topic":"out","records":4}])"));
  EXPECT_THAT(json, HasSubstr(R"([{"stage":"validate","side_output":"failed",)"
                              R"("reason":"schema_violation","events":2}])"));
  EXPECT_THAT(json, HasSubstr(R"("dropped_by":{"unrouted":1})"));
  EXPECT_THAT(json, HasSubstr("\"eid\":\"A\uFFFD\",\"pointer\":\"/ver\",\"keyword\":\"required\","
                              "\"events\":2,\"position\":\"in/0/7\""))
      << "and it stays valid JSON whatever an event holds";
}

TEST(StatusJsonTest, TheHistoryIsPerTransaction) {
  const auto status = StatusIn(WorkerState::kRunning);
  status->history = std::make_shared<const std::deque<HistoryPoint>>(
      std::deque<HistoryPoint>{{.end_ms = 1735776000000,
                                .length_ms = 5000,
                                .transactions = 4,
                                .records = 80,
                                .most_records = 50,
                                .total_ms = 100,
                                .longest_ms = 40,
                                .commit_ms = 20}});
  EXPECT_THAT(JsonOf(status),
              HasSubstr(R"("history":[{"end":"2025-01-02T00:00:00.000Z","seconds":5.0,)"
                        R"("transactions":4,"records":80,"most_records":50,"mean_ms":25.0,)"
                        R"("longest_ms":40.0,"mean_commit_ms":5.0,"age_p50_ms":null,)"
                        R"("age_p99_ms":null}])"));
}

TEST(StatusJsonTest, ShowsStoresAndWhatKeepsTheProcessFromBeingReady) {
  const std::string json =
      JsonOf(StatusIn(WorkerState::kWaiting), {.now_ms = 1735776000000,
                                               .not_ready = {"worker 0: redis \"r\""},
                                               .stores = {{"dedup", {{"errors{kind=io}", 2}}}}});
  EXPECT_THAT(json, HasSubstr(R"("now":"2025-01-02T00:00:00.000Z")"));
  EXPECT_THAT(json, HasSubstr(R"("not_ready":["worker 0: redis \"r\""])"));
  EXPECT_THAT(json, HasSubstr(R"("stores":{"dedup":{"errors{kind=io}":2.0}}})"));
}

}  // namespace
}  // namespace sluice
