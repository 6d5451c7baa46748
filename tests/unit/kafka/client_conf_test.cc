#include "kafka/client_conf.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <string>

namespace sluice::kafka {
namespace {

std::string Get(const ConfHandle& conf, const char* name) {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf.get(), name, text.data(), &size) != RD_KAFKA_CONF_OK) return "(none)";
  return text.data();
}

KafkaSinkSettings Sink() {
  KafkaSinkSettings settings;
  settings.brokers = "broker:9092";
  settings.transactional_id = "group.host.0";
  return settings;
}

TEST(ClientConfTest, TheConsumerNeverMovesItsOffsetsByItself) {
  KafkaSourceSettings settings;
  settings.brokers = "broker:9092";
  settings.group = "group";
  const auto conf = ConsumerConf(settings);
  ASSERT_TRUE(conf.ok());
  EXPECT_EQ(Get(conf.value(), "enable.auto.commit"), "false");
  EXPECT_EQ(Get(conf.value(), "enable.auto.offset.store"), "false");
  EXPECT_EQ(Get(conf.value(), "auto.offset.reset"), "error");
  EXPECT_EQ(Get(conf.value(), "isolation.level"), "read_committed");
}

TEST(ClientConfTest, ATransactionFitsIntoTheProducersQueue) {
  const auto conf = ProducerConf(Sink(), 1'000'000);
  ASSERT_TRUE(conf.ok());
  EXPECT_EQ(Get(conf.value(), "queue.buffering.max.kbytes"), "1048576");
  EXPECT_EQ(Get(conf.value(), "queue.buffering.max.messages"), "1000000");
  EXPECT_EQ(Get(conf.value(), "transactional.id"), "group.host.0");
  EXPECT_EQ(Get(conf.value(), "message.timeout.ms"), "30000");
}

TEST(ClientConfTest, NoSetOfRecordsIsLargerThanTheSmallestTopicTakes) {
  const auto conf = ProducerConf(Sink(), 20'000);
  ASSERT_TRUE(conf.ok());
  EXPECT_EQ(Get(conf.value(), "batch.size"), "20000");

  KafkaSinkSettings settings = Sink();
  settings.options["batch.size"] = "5000";
  const auto smaller = ProducerConf(settings, 20'000);
  ASSERT_TRUE(smaller.ok());
  EXPECT_EQ(Get(smaller.value(), "batch.size"), "5000");
}

TEST(ClientConfTest, AtLeastOnceHasNoTransactions) {
  KafkaSinkSettings settings = Sink();
  settings.delivery = Delivery::kAtLeastOnce;
  const auto conf = ProducerConf(settings, 1'000'000);
  ASSERT_TRUE(conf.ok());
  EXPECT_EQ(Get(conf.value(), "transactional.id"), "(none)");
  EXPECT_EQ(Get(conf.value(), "enable.idempotence"), "true");
}

TEST(ClientConfTest, OptionsOverrideOurDefaults) {
  KafkaSourceSettings settings;
  settings.options = {{"queued.max.messages.kbytes", "131072"}};
  const auto conf = ConsumerConf(settings);
  ASSERT_TRUE(conf.ok());
  EXPECT_EQ(Get(conf.value(), "queued.max.messages.kbytes"), "131072");
}

TEST(ClientConfTest, ARefusedOptionIsAConfigurationError) {
  KafkaSourceSettings settings;
  settings.options = {{"isolation.level", "read_uncommitted"}};
  const auto conf = ConsumerConf(settings);
  ASSERT_FALSE(conf.ok());
  EXPECT_EQ(conf.error().kind, ErrorKind::kInvalidConfig);
}

}  // namespace
}  // namespace sluice::kafka
