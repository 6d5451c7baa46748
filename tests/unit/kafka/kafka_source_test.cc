#include "kafka/kafka_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "kafka/membership.h"
#include "unit/kafka/mock_cluster.h"
#include "unit/kafka/worker_ports.h"

namespace sluice::kafka {
namespace {

using Strings = std::vector<std::string>;
using std::chrono::milliseconds;

TEST(KafkaSourceTest, AMissingTopicIsNamedUntilItIsThere) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  cluster.HideTopic("in");
  SourceUnderTest test(SourceSettings(cluster.brokers(), "group", "in"));
  ExpectKind(test.source.Open(), ErrorKind::kUnavailable, "source topic not usable: in (");
  cluster.ShowTopic("in");
  ExpectOk(test.source.Open());
}

TEST(KafkaSourceTest, AnUnreachableBrokerIsWaitedForByName) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  const std::string brokers = cluster.brokers();
  cluster.SetDown();
  SourceUnderTest test(SourceSettings(brokers, "group", "in"));
  ExpectKind(test.source.Open(), ErrorKind::kUnavailable, "Kafka at " + brokers);
  cluster.SetUp();
  RetryUntilOk([&] { return test.source.Open(); });
}

TEST(KafkaSourceTest, ARefusedOptionStopsTheOpening) {
  KafkaSourceSettings settings = SourceSettings("127.0.0.1:1", "group", "in");
  settings.options["group.id"] = "other";
  SourceUnderTest test(settings);
  ExpectKind(test.source.Open(), ErrorKind::kInvalidConfig, "group.id can't be set");
}

TEST(KafkaSourceTest, ANewGroupHasACommittedOffsetBeforeItsFirstRecord) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  cluster.Produce("in", {"old"});
  {
    KafkaSourceSettings settings = SourceSettings(cluster.brokers(), "group", "in");
    settings.auto_offset_reset = OffsetReset::kLatest;
    SourceUnderTest test(settings);
    ExpectOk(test.source.Open());
    std::vector<Record> records;
    Status status = test.source.Poll({10, 1'000, milliseconds(100)}, records);
    while (status.ok()) status = test.source.Poll({10, 1'000, milliseconds(100)}, records);
    ExpectKind(status, ErrorKind::kDiscard);
    EXPECT_EQ(test.metrics.Value("sluice_kafka_rebalances_total"), 1);
    RetryUntilOk([&] { return test.source.Poll({10, 1'000, milliseconds(10)}, records); });
    EXPECT_TRUE(records.empty());
  }
  // Written while nobody reads: "latest" of the next start would skip it.
  cluster.Produce("in", {"between"});
  SourceUnderTest test(SourceSettings(cluster.brokers(), "group", "in"));
  ExpectOk(test.source.Open());
  EXPECT_EQ(Values(Collect(test.source, 1)), Strings{"between"});
}

TEST(KafkaSourceTest, WithoutACommittedOffsetErrorSaysWhatToDo) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  KafkaSourceSettings settings = SourceSettings(cluster.brokers(), "group", "in");
  settings.auto_offset_reset = OffsetReset::kError;
  SourceUnderTest test(settings);
  ExpectOk(test.source.Open());
  std::vector<Record> records;
  Status status = Ok();
  while (status.ok() || status.error().kind == ErrorKind::kDiscard) {
    status = test.source.Poll({10, 1'000, milliseconds(50)}, records);
  }
  ExpectKind(status, ErrorKind::kUnavailable, "no committed offset for in[0]");
}

TEST(KafkaSourceTest, ARenewedSourceIsAnotherMemberAndStandsAtTheCommittedOffset) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  cluster.Produce("in", {"a", "b", "c"});
  SourceUnderTest test(SourceSettings(cluster.brokers(), "group", "in"));
  ExpectOk(test.source.Open());
  ExpectOk(test.source.Commit(After(Collect(test.source, 1))));
  const std::vector<Record> in_hand = Collect(test.source, 1);
  const auto before = test.source.Seal(After(in_hand));
  ASSERT_TRUE(before);
  ExpectOk(test.source.Renew());
  const std::vector<Record> again = Collect(test.source, 2);
  EXPECT_EQ(Values(again), (Strings{"b", "c"}));
  const auto after = test.source.Seal(After(again));
  ASSERT_TRUE(after);
  EXPECT_NE(before.value().seal, after.value().seal);
}

TEST(KafkaSourceTest, ARenewalGoesOnOnceTheBrokersAreBack) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  cluster.Produce("in", {"a"});
  SourceUnderTest test(SourceSettings(cluster.brokers(), "group", "in"));
  ExpectOk(test.source.Open());
  ASSERT_EQ(Collect(test.source, 1).size(), 1U);
  cluster.SetDown();
  ExpectKind(test.source.Renew(), ErrorKind::kUnavailable);
  ExpectKind(test.source.Idle(milliseconds(10)), ErrorKind::kUnavailable);
  ExpectOk(test.source.Rewind(nullptr));
  cluster.SetUp();
  EXPECT_EQ(Values(Collect(test.source, 1)), Strings{"a"});
}

TEST(MembershipTest, WithoutAGenerationThereIsNone) {
  EXPECT_EQ(GenerationOf(""), -1);
  EXPECT_EQ(GenerationOf("CGMDv2:"), -1);
  const std::string seven("CGMDv2:\x07\0\0\0group", 16);
  EXPECT_EQ(GenerationOf(seven), 7);
  const std::string none("CGMDv2:\xff\xff\xff\xffgroup", 16);
  EXPECT_EQ(GenerationOf(none), -1);
}

/// Joining takes seconds: these share one member of a group, which reads on from test to test.
class JoinedSourceTest : public ::testing::Test {
 protected:
  struct Shared {
    Shared() : test((cluster.CreateTopic("in", 2), SourceSettings(cluster.brokers(), "g", "in"))) {
      ExpectOk(test.source.Open());
    }
    MockCluster cluster;
    SourceUnderTest test;
  };

  static void SetUpTestSuite() { shared = std::make_unique<Shared>(); }
  static void TearDownTestSuite() { shared.reset(); }

  static MockCluster& cluster() { return shared->cluster; }
  static KafkaSource& source() { return shared->test.source; }
  static FakeMetrics& metrics() { return shared->test.metrics; }

  void TearDown() override { source().Release(); }

  /// Whether the value is handed out within ten seconds; what an earlier test left may come first.
  static bool Comes(const std::string& value) {
    std::vector<Record> records;
    for (int i = 0; i < 100; ++i) {
      records.clear();
      static_cast<void>(source().Poll({10, 1'000, milliseconds(100)}, records));
      if (std::ranges::count(Values(records), value) > 0) return true;
    }
    return false;
  }

  inline static std::unique_ptr<Shared> shared;
};

TEST_F(JoinedSourceTest, RecordsComeInOrderWithTheirPositions) {
  cluster().Produce("in", {"a", "b", "c"});
  const std::vector<Record> records = Collect(source(), 3);
  ASSERT_EQ(Values(records), (Strings{"a", "b", "c"}));
  EXPECT_EQ(records[2].position.offset, records[0].position.offset + 2);
  EXPECT_EQ(records[2].position.topic, "in");
  EXPECT_GT(records[0].timestamp_ms, 0);
}

TEST_F(JoinedSourceTest, KeysAndHeadersComeAsTheyWereWritten) {
  const std::vector<Header> headers = {
      {"trace", "1"}, {"trace", "2"}, {"empty", ""}, {"null", std::nullopt}};
  const Position at{"in", 0, 0};
  const std::string brokers = cluster().brokers();
  WriteRecord(brokers, "in", {at, "a", 1'500'000'000'000, "key", headers});
  WriteRecord(brokers, "in", {at, "b", 0, ""});
  WriteRecord(brokers, "in", {at, "c"});
  const std::vector<Record> records = Collect(source(), 3);
  ASSERT_EQ(Values(records), (Strings{"a", "b", "c"}));
  EXPECT_EQ(records[0].key, "key");
  EXPECT_EQ(records[0].timestamp_ms, 1'500'000'000'000);
  ASSERT_EQ(records[0].headers.size(), headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    EXPECT_EQ(records[0].headers[i].name, headers[i].name);
    EXPECT_EQ(records[0].headers[i].value, headers[i].value) << headers[i].name;
  }
  EXPECT_EQ(records[1].key, "") << "an empty key is not a null one";
  EXPECT_EQ(records[2].key, std::nullopt);
  EXPECT_TRUE(records[2].headers.empty());
}

TEST_F(JoinedSourceTest, LimitsHoldAndTheRestComesNext) {
  const std::string big(1'000, 'x');
  cluster().Produce("in", {"a", big, big, "d", "e"});
  ASSERT_EQ(Values(Collect(source(), 1)), Strings{"a"});
  std::vector<Record> records;
  for (int i = 0; i < 50 && records.empty(); ++i) {
    ExpectOk(source().Poll({100, 500, milliseconds(100)}, records));
  }
  EXPECT_EQ(Values(records), Strings{big});
  EXPECT_EQ(Values(Collect(source(), 3)), (Strings{big, "d", "e"}));
}

TEST_F(JoinedSourceTest, RewindHandsOutAgainWhatIsNotCommitted) {
  cluster().Produce("in", {"a"}, 0);
  cluster().Produce("in", {"b"}, 1);
  ExpectOk(source().Commit(After(Collect(source(), 2))));
  source().Release();
  cluster().Produce("in", {"c", "d"}, 0);
  cluster().Produce("in", {"e", "f"}, 1);
  ASSERT_EQ(Collect(source(), 3).size(), 3U);

  ExpectOk(source().Rewind(nullptr));

  Strings again = Values(Collect(source(), 4));
  std::ranges::sort(again);
  EXPECT_EQ(again, (Strings{"c", "d", "e", "f"}));
}

TEST_F(JoinedSourceTest, IdleKeepsRecordsBackAndLosesNone) {
  cluster().Produce("in", {"a", "b", "c", "d"});
  ASSERT_EQ(Values(Collect(source(), 2)), (Strings{"a", "b"}));
  for (int i = 0; i < 3; ++i) ExpectOk(source().Idle(milliseconds(50)));
  EXPECT_EQ(Values(Collect(source(), 2)), (Strings{"c", "d"}));
}

TEST_F(JoinedSourceTest, LagIsWhatIsNotCommittedAndNeverNegative) {
  cluster().Produce("in", {"a"});
  Checkpoint before = After(Collect(source(), 1));
  source().Committed(before);
  cluster().Produce("in", {"b", "c", "d"});
  ASSERT_EQ(Collect(source(), 3).size(), 3U);
  // The gauge follows within a second.
  ExpectOk(source().Idle(milliseconds(1'100)));
  EXPECT_EQ(metrics().Value("sluice_consumer_lag_records{topic=in,partition=0}"), 3);
  before[0].offset += 2;
  source().Committed(before);
  EXPECT_EQ(source().Lag()[0].records, 1);
  before[0].offset += 5;
  source().Committed(before);
  EXPECT_EQ(source().Lag()[0].records, 0);
  before[0].offset -= 4;
  source().Committed(before);
}

TEST_F(JoinedSourceTest, WhatWasCommittedIsNotReadAgainThoughTheGroupForgotIt) {
  cluster().Produce("in", {"done", "new"});
  // What other tests left on the topic may come between.
  const auto collect_until = [this](const std::string& last) {
    Strings seen;
    while (seen.size() < 100 && std::ranges::find(seen, last) == seen.end()) {
      const auto records = Collect(source(), 1);
      // As a sink commits it; the mock keeps no offsets of transactions.
      if (last == "done") source().Committed(After(records));
      for (const std::string& value : Values(records)) seen.push_back(value);
    }
    return seen;
  };
  collect_until("done");
  ExpectOk(source().Rewind(nullptr));
  const Strings again = collect_until("new");
  EXPECT_EQ(std::ranges::find(again, "done"), again.end());
}

TEST_F(JoinedSourceTest, NobodyCommitsForAPartitionThatIsNotOwned) {
  cluster().Produce("in", {"a"});
  ASSERT_EQ(Collect(source(), 1).size(), 1U);
  ExpectKind(source().Commit({{"in", 7, 1}}), ErrorKind::kDiscard);
}

TEST_F(JoinedSourceTest, APartitionThatCanNotBeReadIsHeldAndTriedAgain) {
  // One answer is for both partitions.
  cluster().FailNext(api::kFetch, RD_KAFKA_RESP_ERR_POLICY_VIOLATION, 2);
  std::vector<Record> records;
  const auto stalled = [] { return source().Partitions()[0].stalled; };
  for (int i = 0; i < 100 && stalled().empty(); ++i) {
    ExpectOk(source().Poll({10, 1'000, milliseconds(50)}, records));
  }
  EXPECT_NE(stalled().find("at offset "), std::string::npos) << stalled();
  EXPECT_NE(stalled().find("none of its records is skipped"), std::string::npos) << stalled();
  cluster().Produce("in", {"after"});
  EXPECT_TRUE(Comes("after"));
  for (int i = 0; i < 100 && !stalled().empty(); ++i) {
    ExpectOk(source().Poll({10, 1'000, milliseconds(100)}, records));
  }
  EXPECT_EQ(stalled(), "");
}

TEST_F(JoinedSourceTest, OffsetsThatTheGroupRefusesAreFollowedByARewind) {
  cluster().Produce("in", {"only"});
  const Checkpoint after = After(Collect(source(), 1));
  source().Release();
  cluster().FailNext(api::kOffsetCommit, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
  ExpectKind(source().Commit(after), ErrorKind::kDiscard);
  EXPECT_TRUE(Comes("only")) << "it was not committed";
}

TEST_F(JoinedSourceTest, ABrokerThatGoesAwayIsReportedUntilItIsBack) {
  cluster().SetDown();
  std::vector<Record> records;
  Status status = Ok();
  for (int i = 0; i < 100 && status.ok(); ++i) {
    status = source().Poll({10, 1'000, milliseconds(100)}, records);
  }
  ExpectKind(status, ErrorKind::kUnavailable);
  cluster().SetUp();
  cluster().Produce("in", {"back"});
  Strings values = Values(Collect(source(), 1));
  while (!values.empty() && values.back() != "back") values = Values(Collect(source(), 1));
  EXPECT_EQ(values, Strings{"back"});
}

}  // namespace
}  // namespace sluice::kafka
