#include "kafka/errors.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <string>
#include <vector>

#include "kafka/client_events.h"

namespace sluice::kafka {
namespace {

constexpr bool kNo = false;
constexpr bool kYes = true;

struct Row {
  const char* what;
  CallFailure failure;
  ProducerCall call;
  ErrorKind kind;
};

CallFailure Failure(int code, bool fatal, bool abortable, bool retriable) {
  return {code, fatal, abortable, retriable, ""};
}

TEST(KafkaErrorsTest, EveryProducerFailureHasOneWayOut) {
  const std::vector<Row> rows{
      {"an abortable error costs the transaction",
       Failure(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, kNo, kYes, kNo), ProducerCall::kSendOffsets,
       ErrorKind::kAbortTransaction},
      {"an ambiguous commit costs the producer",
       Failure(RD_KAFKA_RESP_ERR__TIMED_OUT, kNo, kNo, kYes), ProducerCall::kCommit,
       ErrorKind::kReplaceSink},
      {"an init that is not answered is repeated",
       Failure(RD_KAFKA_RESP_ERR__TIMED_OUT, kNo, kNo, kYes), ProducerCall::kInit,
       ErrorKind::kUnavailable},
      {"a coordinator that moves is waited for at init",
       Failure(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, kNo, kNo, kYes), ProducerCall::kInit,
       ErrorKind::kUnavailable},
      {"fenced, as the library says it", Failure(RD_KAFKA_RESP_ERR__FENCED, kYes, kNo, kNo),
       ProducerCall::kCommit, ErrorKind::kReplaceSink},
      {"fenced, as the broker says it",
       Failure(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, kNo, kYes, kNo), ProducerCall::kCommit,
       ErrorKind::kReplaceSink},
      {"a fatal error of the idempotent producer",
       Failure(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, kYes, kNo, kNo),
       ProducerCall::kCommit, ErrorKind::kReplaceSink},
      {"a call in the wrong state", Failure(RD_KAFKA_RESP_ERR__STATE, kNo, kNo, kNo),
       ProducerCall::kBegin, ErrorKind::kReplaceSink},
      {"the broker's longest transaction is shorter",
       Failure(RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, kYes, kNo, kNo), ProducerCall::kInit,
       ErrorKind::kInvalidConfig},
      {"no right on the transactional.id",
       Failure(RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, kYes, kNo, kNo),
       ProducerCall::kInit, ErrorKind::kUnavailable},
      {"a right on a topic that was taken away",
       Failure(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, kNo, kYes, kNo), ProducerCall::kCommit,
       ErrorKind::kUnavailable},
      {"a broker without transactions",
       Failure(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, kYes, kNo, kNo), ProducerCall::kInit,
       ErrorKind::kFatal},
      {"a record after one that failed", Failure(RD_KAFKA_RESP_ERR__STATE, kNo, kNo, kNo),
       ProducerCall::kProduce, ErrorKind::kAbortTransaction},
      {"a record that the client finds too large",
       Failure(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, kNo, kNo, kNo), ProducerCall::kProduce,
       ErrorKind::kRefused},
      {"a topic that vanished", Failure(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, kNo, kNo, kNo),
       ProducerCall::kProduce, ErrorKind::kAbortTransaction},
      {"what nobody knows", Failure(RD_KAFKA_RESP_ERR_UNKNOWN, kNo, kNo, kNo),
       ProducerCall::kCommit, ErrorKind::kReplaceSink},
      {"what nobody knows, before anything is written",
       Failure(RD_KAFKA_RESP_ERR_UNKNOWN, kNo, kNo, kNo), ProducerCall::kInit,
       ErrorKind::kUnavailable},
  };
  for (const Row& row : rows) EXPECT_EQ(KindOf(row.failure, row.call), row.kind) << row.what;
}

TEST(KafkaErrorsTest, OnlyAFaultOfTheRecordItselfIsARefusal) {
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), ErrorKind::kRefused);
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR_INVALID_RECORD), ErrorKind::kRefused);
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT), ErrorKind::kAbortTransaction);
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR_INVALID_MSG), ErrorKind::kAbortTransaction)
      << "the bytes were damaged on their way";
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP), ErrorKind::kUnavailable)
      << "every record would meet it";
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), ErrorKind::kUnavailable);
  EXPECT_EQ(KindOfDelivery(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH), ErrorKind::kReplaceSink);
}

TEST(KafkaErrorsTest, WhatAnOperatorMustChangeIsNamed) {
  EXPECT_NE(Advice(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP).find("clock"), std::string::npos);
  EXPECT_NE(Advice(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).find("Write"), std::string::npos);
  EXPECT_EQ(Advice(RD_KAFKA_RESP_ERR__TRANSPORT), "");
}

TEST(KafkaErrorsTest, ALostMembershipDiscards) {
  EXPECT_EQ(KindOfConsumerError(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION), ErrorKind::kDiscard);
  EXPECT_EQ(KindOfConsumerError(RD_KAFKA_RESP_ERR__TRANSPORT), ErrorKind::kUnavailable);
  EXPECT_EQ(KindOfConsumerError(RD_KAFKA_RESP_ERR__FATAL), ErrorKind::kFatal);
}

TEST(KafkaErrorsTest, CodeNamesAreFitForLabels) {
  EXPECT_EQ(CodeName(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), "UNKNOWN_TOPIC_OR_PART");
}

TEST(FencingLogTest, ThreeFencingsWithinAMinuteAreNoAccident) {
  const FencingLog::Time start{};
  FencingLog log;
  EXPECT_FALSE(log.Add(start));
  EXPECT_FALSE(log.Add(start + std::chrono::seconds(20)));
  EXPECT_TRUE(log.Add(start + std::chrono::seconds(40)));
}

TEST(FencingLogTest, FencingsFarApartAreForgotten) {
  const FencingLog::Time start{};
  FencingLog log;
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(log.Add(start + i * std::chrono::seconds(31))) << i;
}

TEST(ClientEventsTest, WhatTheLibraryQuotesOfASecretIsNotShown) {
  const std::string text =
      WithoutSecrets("token: Unrecognized sasl.oauthbearer.config beginning at: hush");
  EXPECT_EQ(text, "token: Unrecognized sasl.oauthbearer.config [the rest may be secret]");
  EXPECT_EQ(WithoutSecrets("sasl.password is wrong"), "sasl.password is wrong");
}

}  // namespace
}  // namespace sluice::kafka
