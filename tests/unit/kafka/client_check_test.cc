#include "kafka/client_check.h"

#include <gtest/gtest.h>

#include "unit/files/temporary_directory.h"

namespace sluice::kafka {
namespace {

std::string Of(Status checked) { return checked.ok() ? "" : checked.error().message; }

std::string OfConsumer(Options options) {
  KafkaSourceSettings settings;
  settings.brokers = "nowhere.invalid:9092";
  settings.group = "g";
  settings.options = std::move(options);
  return Of(CheckConsumer(std::move(settings)));
}

std::string OfProducer(Options options) {
  KafkaSinkSettings settings;
  settings.brokers = "nowhere.invalid:9092";
  settings.transactional_id = "t";
  settings.options = std::move(options);
  return Of(CheckProducer(std::move(settings)));
}

TEST(ClientCheckTest, PropertiesThatAClientTakesPass) {
  for (const Options& options :
       {Options{}, Options{{"compression.type", "lz4"}}, Options{{"security.protocol", "ssl"}},
        Options{{"security.protocol", "sasl_plaintext"},
                {"sasl.mechanism", "SCRAM-SHA-512"},
                {"sasl.username", "u"},
                {"sasl.password", "p"}}}) {
    EXPECT_EQ(OfConsumer(options), "");
    EXPECT_EQ(OfProducer(options), "");
  }
}

TEST(ClientCheckTest, FilesThatAreMissingOrNotPemAreNamed) {
  const testing::TemporaryDirectory folder;
  const std::string text = folder.Write("text.pem", "no certificate\n");
  for (const char* property : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location"}) {
    for (const std::string& path : {text, folder / "missing.pem"}) {
      const Options options{{"security.protocol", "ssl"}, {property, path}};
      EXPECT_NE(OfConsumer(options).find(property), std::string::npos) << OfConsumer(options);
      EXPECT_NE(OfProducer(options).find(property), std::string::npos) << OfProducer(options);
    }
  }
}

TEST(ClientCheckTest, AMechanismThatIsUnknownIsRefused) {
  const Options options{{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "SCRAM-SHA-1024"}};
  EXPECT_NE(OfConsumer(options).find("SCRAM-SHA-1024"), std::string::npos) << OfConsumer(options);
  EXPECT_NE(OfProducer(options), "");
}

TEST(ClientCheckTest, PropertiesThatContradictEachOtherAreRefused) {
  EXPECT_NE(OfConsumer({{"session.timeout.ms", "60000"}, {"max.poll.interval.ms", "10000"}}), "");
  EXPECT_NE(OfProducer({{"message.timeout.ms", "600000"}}), "") << "longer than the transaction";
}

}  // namespace
}  // namespace sluice::kafka
