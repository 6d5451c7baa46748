#include "engine/flow.h"

#include <gmock/gmock.h>

#include "stages/deduplicate/deduplicate.h"
#include "stages/route/route.h"
#include "support/fakes.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;

/// Two pipelines: `first` writes the topic `edge` (and what else the rules say), which `second`
/// reads.
class FlowTest : public ::testing::Test {
 protected:
  static constexpr TopicId kEdge = 0;    ///< Of first.
  static constexpr TopicId kFailed = 1;  ///< Of both.
  static constexpr TopicId kOut = 0;     ///< Of second.

  static Flow::Part MakePart(const std::string& name, const std::vector<TopicId>& to) {
    Flow::Part part;
    std::vector<stages::Route::Rule> rules(1);
    rules[0].topics = to;
    part.stages.push_back({"route", std::make_unique<stages::Route>(rules), nullptr});
    part.outputs.side_outputs = {{"failed", kFailed}};
    part.names = {name, {"route"}, {"failed"}, {"topic", "failed"}, {}};
    return part;
  }

  void Make(const std::vector<TopicId>& first_to, bool keep,
            std::size_t max_record_bytes = 10'000) {
    std::vector<Flow::Part> parts;
    parts.push_back(MakePart("first", first_to));
    parts[0].reads = {"in"};
    parts[0].outputs.max_record_bytes = max_record_bytes;
    parts[0].outputs.topics = {{keep ? std::optional<TopicId>(2) : std::nullopt, {1}}, {1, {}}};
    parts.push_back(MakePart("second", {kOut}));
    parts[1].outputs.topics = {{0, {}}, {1, {}}};
    flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
    flow_->SetLimits({100'000, 100'000, 100'000});
  }

  /// What stands in the outbox: "<sink topic> <position> <value>".
  std::vector<std::string> Run(const std::vector<std::string>& values) {
    std::vector<Record> records;
    records.reserve(values.size());
    for (const std::string& value : values) {
      records.push_back({{"in", 0, static_cast<std::int64_t>(records.size())}, value, 0});
    }
    EXPECT_TRUE(flow_->Run(records).ok());
    std::vector<std::string> out;
    for (const OutputRecord& record : flow_->outbox().records()) {
      out.push_back(std::to_string(record.topic) + " " + record.position.ToString() + " " +
                    std::string(record.value));
    }
    flow_->Committed();
    flow_->Reset();
    return out;
  }

  fakes::FakeMetrics metrics_;
  std::unique_ptr<Flow> flow_;
};

TEST_F(FlowTest, TheReaderGetsTheWritersCanonicalForm) {
  Make({kEdge}, false);
  EXPECT_THAT(Run({R"({"a":1,"n":null})"}), ElementsAre(R"(0 in/0/0 {"a":1})"));
  EXPECT_EQ(metrics_.Get("sluice_events_received_total{pipeline=second,}"), 1);
  EXPECT_EQ(metrics_.Get("sluice_unaccounted_events{pipeline=first,}"), 0);
}

/// Keeps what it sees of the record that the first event came in.
class RecordWatcher final : public Stage {
 public:
  struct Seen {
    std::optional<std::string> key;
    std::int64_t timestamp_ms = 0;
    std::vector<std::string> headers;
  };
  explicit RecordWatcher(Seen& seen) : seen_(seen) {}
  Status Finish(Batch& batch) override {
    const Record& record = batch.events()[0].record();
    if (record.key) seen_.key = std::string(*record.key);
    seen_.timestamp_ms = record.timestamp_ms;
    for (const Header& header : record.headers) {
      seen_.headers.push_back(std::string(header.name) + "=" +
                              std::string(header.value.value_or("(null)")));
    }
    return Ok();
  }

 private:
  Seen& seen_;
};

TEST_F(FlowTest, TheReaderSeesKeyHeadersAndTheTimeOfTheRecordThatCameIn) {
  RecordWatcher::Seen first;
  RecordWatcher::Seen second;
  std::vector<Flow::Part> parts;
  parts.push_back(MakePart("first", {kEdge}));
  parts[0].reads = {"in"};
  parts[0].outputs.key = {Path("/did")};
  parts[0].outputs.topics = {{std::nullopt, {1}}, {1, {}}};
  parts[0].stages.push_back({"watch", std::make_unique<RecordWatcher>(first), nullptr});
  parts.push_back(MakePart("second", {kOut}));
  parts[1].outputs.topics = {{0, {}}, {1, {}}};
  parts[1].stages.push_back({"watch", std::make_unique<RecordWatcher>(second), nullptr});
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
  flow_->SetLimits({100'000, 100'000, 100'000});
  const std::vector<Header> headers = {{"a", "1"}, {"a", std::nullopt}};
  Record record{{"in", 0, 7}, R"({"did":""})", 1234, std::nullopt, headers};
  ASSERT_TRUE(flow_->Run({&record, 1}).ok());
  EXPECT_EQ(first.key, std::nullopt);
  EXPECT_THAT(first.headers, ElementsAre("a=1", "a=(null)"));
  EXPECT_EQ(second.key, "") << "the key that was written, and not a null one";
  EXPECT_EQ(second.timestamp_ms, 1234);
  EXPECT_THAT(second.headers, ElementsAre("sluice-position=in/0/7"));
}

TEST_F(FlowTest, TheStatusSaysWhichStageWroteToWhichTopic) {
  Make({kEdge, kFailed}, false);
  Run({"{}", "{}"});
  Run({"not JSON"});
  const std::vector<PipelineStatus> statuses = flow_->PipelineStatuses();
  const auto routed = [&](std::size_t pipeline) {
    std::vector<std::string> found;
    for (const PipelineStatus::Routed& one : statuses[pipeline].routed) {
      found.push_back(one.stage + " " + one.topic + " " + std::to_string(one.count));
    }
    return found;
  };
  EXPECT_THAT(routed(0), ElementsAre("route topic 2", "route failed 2"))
      << "the edge in memory counts, the diverted event does not";
  EXPECT_THAT(routed(1), ElementsAre("route topic 2"));
  ASSERT_EQ(statuses[0].diverted.size(), 1U);
  EXPECT_EQ(statuses[0].diverted[0].stage, "decode");
  EXPECT_EQ(statuses[0].diverted[0].reason, "invalid_json");
  EXPECT_EQ(statuses[0].diverted[0].count, 1U);
  ASSERT_EQ(statuses[0].failures.size(), 1U);
  EXPECT_EQ(statuses[0].failures[0].count, 1U);
  EXPECT_EQ(statuses[0].failures[0].sample, "") << "nothing of what is no JSON";
}

TEST_F(FlowTest, WhatIsAbortedIsNotInTheStatus) {
  Make({kEdge}, false);
  std::vector<Record> records = {{{"in", 0, 0}, "{}", 0}, {{"in", 0, 1}, "broken", 0}};
  ASSERT_TRUE(flow_->Run(records).ok());
  flow_->Reset();
  Run({"{}"});
  const PipelineStatus status = flow_->PipelineStatuses()[0];
  EXPECT_EQ(status.ledger.received, 1U);
  ASSERT_EQ(status.routed.size(), 1U);
  EXPECT_EQ(status.routed[0].count, 1U);
  EXPECT_TRUE(status.diverted.empty());
  EXPECT_TRUE(status.failures.empty());
}

TEST_F(FlowTest, WhatIsKeptIsWrittenAsWell) {
  Make({kEdge}, true);
  EXPECT_THAT(Run({"{}"}), ElementsAre("2 in/0/0 {}", "0 in/0/0 {}"));
}

TEST_F(FlowTest, ASecondCopyOnAnEdgeIsAnotherRecord) {
  Make({kEdge, kEdge}, false);
  const std::vector<std::string> out = Run({"{}"});
  EXPECT_THAT(out, ElementsAre("0 in/0/0 {}", "0 in/0/0/999999001 {}"));
  EXPECT_EQ(Run({"{}"}), out);
}

TEST_F(FlowTest, AnEdgeHoldsTheSizeLimitOfATopic) {
  Make({kEdge}, false, 600);
  const std::vector<std::string> out = Run({R"({"a":")" + std::string(560, 'x') + R"("})"});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].substr(0, 2), "1 ");
  EXPECT_EQ(metrics_.Get("sluice_events_received_total{pipeline=second,}"), 0);
}

TEST_F(FlowTest, RecordsGoToThePipelinesThatReadTheirTopic) {
  std::vector<Flow::Part> parts;
  for (const std::string name : {"a", "b"}) {
    parts.push_back(MakePart(name, {kOut}));
    parts.back().reads = {"topic." + name};
    parts.back().outputs.topics = {{static_cast<TopicId>(name == "a" ? 0 : 2), {}}, {1, {}}};
  }
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
  flow_->SetLimits({1000, 1000, 1000});
  std::vector<Record> records = {{{"topic.b", 0, 4}, "{}", 0}, {{"topic.a", 0, 9}, "{}", 0}};
  ASSERT_TRUE(flow_->Run(records).ok());
  const auto& out = flow_->outbox().records();
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].position.ToString() + out[1].position.ToString(), "topic.a/0/9topic.b/0/4");
}

TEST_F(FlowTest, ARecordOfBytesIsPassedAsItIsAndANullOneIsDropped) {
  std::vector<Flow::Part> parts;
  parts.push_back(MakePart("router", {kOut}));
  parts[0].records = RecordForm::kBytes;
  parts[0].outputs.topics = {{0, {}}, {1, {}}};
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
  flow_->SetLimits({1000, 1000});
  EXPECT_THAT(Run({"\xFF not json", ""}), ElementsAre("0 in/0/0 \xFF not json", "0 in/0/1 "));
  std::vector<Record> null_record = {{{"in", 0, 0}, std::nullopt, 0}};
  ASSERT_TRUE(flow_->Run(null_record).ok());
  EXPECT_TRUE(flow_->outbox().records().empty());
}

TEST_F(FlowTest, TheOutputsEndTheTransactionAtTheNextRecord) {
  std::vector<Flow::Part> parts;
  parts.push_back(MakePart("only", {kOut}));
  parts[0].batch.max_events = 1;
  parts[0].outputs.topics = {{0, {}}, {1, {}}};
  // Outputs count in blocks of a MiB.
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_, std::size_t{1} << 20);
  flow_->SetLimits({10'000'000, 10'000'000});
  const std::string value = R"({"a":")" + std::string(600'000, 'x') + R"("})";
  std::vector<Record> records;
  for (int i = 0; i < 5; ++i) records.push_back({{"in", 0, i}, value, 0});
  const auto taken = flow_->Run(records);
  ASSERT_TRUE(taken.ok());
  EXPECT_LT(taken.value(), 5U);
  EXPECT_GE(taken.value(), 1U);
  EXPECT_EQ(flow_->outbox().records().size(), taken.value());
}

TEST_F(FlowTest, WhatIsLeftStandsBehindWhatIsTakenByEveryPipeline) {
  std::vector<Flow::Part> parts;
  for (const std::string name : {"a", "b"}) {
    parts.push_back(MakePart(name, {kOut}));
    parts.back().reads = {"topic." + name};
    parts.back().batch.max_events = 1;
    parts.back().outputs.topics = {{static_cast<TopicId>(name == "a" ? 0 : 2), {}}, {1, {}}};
    parts.back().outputs.max_record_bytes = 10'000'000;
  }
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_, std::size_t{4} << 20);
  flow_->SetLimits({10'000'000, 10'000'000, 10'000'000});
  const std::string large = R"({"a":")" + std::string(1'200'000, 'x') + R"("})";
  std::vector<Record> records = {{{"topic.a", 0, 0}, large, 0},
                                 {{"topic.a", 0, 1}, large, 0},
                                 {{"topic.b", 0, 0}, "{}", 0},
                                 {{"topic.a", 0, 2}, "{}", 0}};
  const auto taken = flow_->Run(records);
  ASSERT_TRUE(taken.ok());
  std::vector<std::string> order;
  for (const Record& record : records) order.push_back(record.position.ToString());
  ASSERT_EQ(taken.value(), 2U);
  EXPECT_THAT(order, ElementsAre("topic.a/0/0", "topic.b/0/0", "topic.a/0/1", "topic.a/0/2"));
  EXPECT_EQ(flow_->outbox().records().size(), 2U);
}

TEST_F(FlowTest, ATopicThatTwoPipelinesReadIsTakenByBothAlike) {
  std::vector<Flow::Part> parts;
  for (const std::string name : {"a", "b"}) {
    parts.push_back(MakePart(name, {kOut}));
    parts.back().reads = {"topic"};
    parts.back().batch.max_events = 1;
    parts.back().outputs.topics = {{static_cast<TopicId>(name == "a" ? 0 : 2), {}}, {1, {}}};
    parts.back().outputs.max_record_bytes = 10'000'000;
  }
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_, std::size_t{4} << 20);
  flow_->SetLimits({10'000'000, 10'000'000, 10'000'000});
  const std::string large = R"({"a":")" + std::string(1'200'000, 'x') + R"("})";
  std::vector<Record> records;
  for (int i = 0; i < 3; ++i) records.push_back({{"topic", 0, i}, large, 0});
  const auto taken = flow_->Run(records);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken.value(), 1U);
  EXPECT_EQ(flow_->outbox().records().size(), 2U) << "one by each";
}

TEST_F(FlowTest, AnEventThatIsTooLargeForSeveralTopicsHasOneReplacement) {
  std::vector<Flow::Part> parts;
  parts.push_back(MakePart("only", {0, 0, 0}));
  parts[0].outputs.topics = {{0, {}}, {1, {}}};
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
  // The input fits; with its key and header it does not.
  const std::string value = R"({"a":")" + std::string(100, 'x') + R"("})";
  std::vector<Record> records;
  records.push_back({{"in", 0, 0}, value, 0});
  flow_->SetLimits({200, 100'000});
  ASSERT_TRUE(flow_->Run(records).ok());
  ASSERT_EQ(flow_->outbox().records().size(), 1U);
  EXPECT_EQ(flow_->outbox().records()[0].topic, 1);
}

TEST_F(FlowTest, ARuleKnowsTheTopicBetweenPipelinesByItsName) {
  std::vector<Flow::Part> parts;
  parts.push_back(MakePart("first", {kEdge}));
  parts[0].reads = {"in"};
  parts[0].outputs.topics = {{std::nullopt, {1}, "edge"}, {1, {}}};
  std::vector<stages::Route::Rule> rules(2);
  rules[0].from = "edge";
  rules[0].topics = {kOut};
  rules[1].from = "in";
  rules[1].topics = {2};
  Flow::Part second = MakePart("second", {});
  second.stages[0].stage = std::make_unique<stages::Route>(rules);
  second.reads = {"in"};
  second.names.topics.push_back("direct");
  second.outputs.topics = {{0, {}}, {1, {}}, {2, {}}};
  parts.push_back(std::move(second));
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
  flow_->SetLimits({10'000, 10'000, 10'000});
  EXPECT_THAT(Run({"{}"}), ElementsAre("2 in/0/0 {}", "0 in/0/0 {}"));
}

TEST_F(FlowTest, ARouteBeforeWhatDivertsUnreadableRecordsSendsNothingOfThem) {
  std::vector<Flow::Part> parts;
  parts.push_back(MakePart("only", {kOut}));
  parts[0].outputs.topics = {{0, {}}, {1, {}}};
  flow_ = std::make_unique<Flow>(std::move(parts), metrics_);
  flow_->SetLimits({10'000, 10'000});
  EXPECT_THAT(Run({"no JSON"}), ElementsAre("1 in/0/0 no JSON"));
}

TEST_F(FlowTest, TheListOfRefusedRecordsIsBounded) {
  Make({kEdge}, false);
  const auto at = [](std::size_t offset) {
    return Position{"in", 0, static_cast<std::int64_t>(offset)};
  };
  for (std::size_t i = 0; i <= QuarantineList::kMost; ++i) {
    EXPECT_TRUE(flow_->Quarantine(at(i), std::nullopt, "no key"));
  }
  EXPECT_FALSE(flow_->Quarantine(at(1), std::nullopt, "no key"));
  EXPECT_TRUE(flow_->Quarantine(at(0), std::nullopt, "no key")) << "the oldest is forgotten";
}

}  // namespace
}  // namespace sluice
