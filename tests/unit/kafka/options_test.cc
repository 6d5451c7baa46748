#include "kafka/options.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::kafka {
namespace {

std::string Refusal(ClientKind kind, const std::string& name, const std::string& value) {
  const auto problems = CheckOptions(kind, {{name, value}});
  if (problems.size() != 1) return "";
  EXPECT_EQ(problems.front().name, name);
  return problems.front().message;
}

TEST(OptionsTest, SecurityAndTuningPassThrough) {
  const Options options{{"security.protocol", "ssl"},
                        {"ssl.ca.location", "/etc/ssl/certs/ca.pem"},
                        {"sasl.username", "sluice"},
                        {"socket.timeout.ms", "30000"}};
  EXPECT_TRUE(CheckOptions(ClientKind::kConsumer, options).empty());
  EXPECT_TRUE(CheckOptions(ClientKind::kProducer, options).empty());
}

TEST(OptionsTest, ConsumerPropertiesOfOursAreRefusedWithTheReason) {
  for (const char* name :
       {"bootstrap.servers", "metadata.broker.list", "allow.auto.create.topics", "group.id",
        "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "isolation.level"}) {
    EXPECT_NE(Refusal(ClientKind::kConsumer, name, "true").find("can't be set: "),
              std::string::npos)
        << name;
  }
}

TEST(OptionsTest, ProducerPropertiesOfOursAreRefusedWithTheReason) {
  for (const char* name : {"bootstrap.servers", "transactional.id", "transaction.timeout.ms",
                           "enable.idempotence", "acks", "request.required.acks", "partitioner"}) {
    EXPECT_NE(Refusal(ClientKind::kProducer, name, "1").find(" can't be set: "), std::string::npos)
        << name;
  }
  EXPECT_NE(Refusal(ClientKind::kProducer, "partitioner", "random").find("murmur2_random"),
            std::string::npos);
}

TEST(OptionsTest, AnUnknownPropertyIsRefusedInTheLibrarysWords) {
  const std::string text = Refusal(ClientKind::kConsumer, "fetch.wait.max", "5");
  EXPECT_NE(text.find("No such configuration property: \"fetch.wait.max\""), std::string::npos)
      << text;
}

TEST(OptionsTest, ABadValueIsRefusedInTheLibrarysWords) {
  const std::string text = Refusal(ClientKind::kProducer, "compression.codec", "rar");
  EXPECT_NE(text.find("Invalid value"), std::string::npos) << text;
}

TEST(OptionsTest, CooperativeAssignmentIsRefusedEvenBesideAnother) {
  EXPECT_NE(
      Refusal(ClientKind::kConsumer, "partition.assignment.strategy", "range,cooperative-sticky")
          .find("use range or roundrobin"),
      std::string::npos);
  EXPECT_TRUE(CheckOptions(ClientKind::kConsumer, {{"partition.assignment.strategy", "roundrobin"}})
                  .empty());
}

TEST(OptionsTest, EveryProblemIsReported) {
  const Options options{{"acks", "1"}, {"no.such", "1"}, {"linger.ms", "soon"}};
  EXPECT_EQ(CheckOptions(ClientKind::kProducer, options).size(), 3U);
}

}  // namespace
}  // namespace sluice::kafka
