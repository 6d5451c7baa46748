#include "kafka/admin_client.h"

#include <gtest/gtest.h>

#include <memory>

#include "unit/kafka/fake_metrics.h"
#include "unit/kafka/mock_cluster.h"

namespace sluice::kafka {
namespace {

constexpr std::int64_t kNone = AdminClient::kNone;

class AdminClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<AdminClient> Client(const std::string& brokers) {
    KafkaSourceSettings settings;
    settings.brokers = brokers;
    settings.group = "g";
    settings.request_timeout = std::chrono::milliseconds(3'000);
    auto made = AdminClient::ForSource(settings, metrics_);
    EXPECT_TRUE(made.ok());
    return made.ok() ? std::move(made).value() : nullptr;
  }

  FakeMetrics metrics_;
  MockCluster cluster_;
};

TEST_F(AdminClientTest, BrokersAndPartitionsAreNamed) {
  cluster_.CreateTopic("t", 2);
  const auto client = Client(cluster_.brokers());
  ASSERT_TRUE(client->Brokers().ok());
  EXPECT_EQ(client->Brokers().value().size(), 1U);
  const auto topic = client->Topic("t");
  ASSERT_TRUE(topic.ok());
  EXPECT_TRUE(topic.value().exists);
  ASSERT_EQ(topic.value().partitions.size(), 2U);
  EXPECT_TRUE(topic.value().partitions[1].has_leader);
}

TEST_F(AdminClientTest, AMissingTopicIsNoError) {
  cluster_.CreateTopic("t");
  cluster_.HideTopic("t");
  const auto topic = Client(cluster_.brokers())->Topic("t");
  ASSERT_TRUE(topic.ok());
  EXPECT_FALSE(topic.value().exists);
  EXPECT_NE(topic.value().problem, "");
}

TEST_F(AdminClientTest, NobodyThereIsUnavailableWithTheReason) {
  auto client = Client("127.0.0.1:1");
  const auto brokers = client->Brokers();
  ASSERT_FALSE(brokers.ok());
  EXPECT_EQ(brokers.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(brokers.error().message.find("127.0.0.1:1"), std::string::npos);
  EXPECT_NE(brokers.error().message.find("refused"), std::string::npos) << brokers.error().message;
}

TEST_F(AdminClientTest, OffsetsAndTimestampsAreThoseOfEachPartition) {
  cluster_.CreateTopic("t", 2);
  cluster_.Produce("t", {"a", "b", "c"});
  const auto client = Client(cluster_.brokers());
  const std::vector<PartitionId> both = {{"t", 0}, {"t", 1}};
  EXPECT_EQ(client->OffsetsAt(both, AdminClient::kEarliest).value(),
            (PartitionOffsets{{both[0], 0}, {both[1], 0}}));
  EXPECT_EQ(client->OffsetsAt(both, AdminClient::kLatest).value(),
            (PartitionOffsets{{both[0], 3}, {both[1], 0}}));
  // At the end of a partition there is no record, and no timestamp.
  const PartitionOffsets times = client->TimestampsAt({{both[0], 1}, {both[1], 0}});
  EXPECT_EQ(times.size(), 1U);
  EXPECT_GT(times.at(both[0]), 1'500'000'000'000);
}

TEST_F(AdminClientTest, WhatIsCommittedIsReadBack) {
  cluster_.CreateTopic("t", 2);
  const auto client = Client(cluster_.brokers());
  const std::vector<PartitionId> both = {{"t", 0}, {"t", 1}};
  EXPECT_EQ(client->Committed("g", both, false).value(),
            (PartitionOffsets{{both[0], kNone}, {both[1], kNone}}));
  ASSERT_TRUE(client->SetCommitted("g", {{both[1], 7}}).ok());
  EXPECT_EQ(client->Committed("g", both, false).value(),
            (PartitionOffsets{{both[0], kNone}, {both[1], 7}}));
  EXPECT_EQ(client->Committed("other", both, false).value().at(both[1]), kNone);
}

TEST_F(AdminClientTest, AGroupWithMembersIsRefusedWithAdvice) {
  cluster_.CreateTopic("t");
  const auto client = Client(cluster_.brokers());
  cluster_.FailNext(api::kOffsetCommit, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
  const Status set = client->SetCommitted("g", {{{"t", 0}, 7}});
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(set.error().message.find("stop them first"), std::string::npos) << set.error().message;
}

}  // namespace
}  // namespace sluice::kafka
