#include "operations/topic_shape.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice {
namespace {

using Texts = std::vector<std::string>;

constexpr std::int64_t kTwoDays = 172'800'000;

TEST(PlatformShapeTest, BatchesNeedMoreRoomThanEvents) {
  EXPECT_EQ(PlatformShape("telemetry.ingest", 1, {}).max_message_bytes, 5'242'880);
  EXPECT_EQ(PlatformShape("telemetry.raw", 5'242'880, {}).max_message_bytes, 1'572'864);
  EXPECT_EQ(PlatformShape("rating.event", 1, {}).partitions, 4);
}

TEST(PlatformShapeTest, AnUnknownTopicTakesWhatThePipelineWrites) {
  const TopicShape shape = PlatformShape("mine", 77, {});
  EXPECT_EQ(shape.partitions, 16);
  EXPECT_EQ(shape.retention_ms, kTwoDays);
  EXPECT_EQ(shape.max_message_bytes, 77);
}

TEST(PlatformShapeTest, TheCommandLineWins) {
  const TopicShape shape =
      PlatformShape("rating.event", 1, {.partitions = 3, .replication = 1, .retention_ms = 9});
  EXPECT_EQ(shape.partitions, 3);
  EXPECT_EQ(shape.replication, 1);
  EXPECT_EQ(shape.retention_ms, 9);
}

TEST(ShortfallsTest, MoreIsNoFault) {
  EXPECT_EQ(Shortfalls({32, 3, -1, 9'999'999}, {16, 2, kTwoDays, 1'572'864}, 3), Texts());
  EXPECT_EQ(Shortfalls({16, 2, {}, {}}, {16, 2, kTwoDays, 1'572'864}, 3), Texts());
}

TEST(ShortfallsTest, EachIsNamedWithBothFigures) {
  EXPECT_EQ(Shortfalls({4, 1, 3'600'000, 1'048'588}, {16, 2, kTwoDays, 1'572'864}, 3),
            (Texts{"partitions 4, not 16", "replication 1, not 2", "retention 1h, not 48h",
                   "max.message.bytes 1048588, not 1572864"}));
  EXPECT_EQ(Shortfalls({16, 2, kTwoDays, {}}, {16, 2, -1, {}}, 3),
            Texts{"retention 48h, not unlimited"});
}

TEST(ShortfallsTest, ReplicasBeyondTheBrokersAreNotWanted) {
  EXPECT_EQ(Shortfalls({16, 1, {}, {}}, {16, 2, {}, {}}, 1), Texts());
}

TEST(KafkaTopicsCommandTest, CanBeRunAsItStands) {
  EXPECT_EQ(KafkaTopicsCommand("h:9092", "dev.t", {16, 2, kTwoDays, 1'572'864}),
            "kafka-topics.sh --bootstrap-server 'h:9092' --create --if-not-exists --topic dev.t "
            "--partitions 16 --replication-factor 2 --config max.message.bytes=1572864 "
            "--config retention.ms=172800000");
}

}  // namespace
}  // namespace sluice
