#include "kafka/kafka_sink.h"

#include <gtest/gtest.h>

#include <memory>

#include "unit/kafka/mock_cluster.h"
#include "unit/kafka/worker_ports.h"

namespace sluice::kafka {
namespace {

using Strings = std::vector<std::string>;

/// Joining a group takes seconds: all share one source. Each has a topic and a producer of its own.
class KafkaSinkTest : public ::testing::Test {
 protected:
  struct Shared {
    Shared() : test((cluster.CreateTopic("in"), SourceSettings(cluster.brokers(), "g", "in"))) {
      ExpectOk(test.source.Open());
    }
    MockCluster cluster;
    SourceUnderTest test;
  };

  static void SetUpTestSuite() { shared = std::make_unique<Shared>(); }
  static void TearDownTestSuite() { shared.reset(); }
  static MockCluster& cluster() { return shared->cluster; }
  static KafkaSource& source() { return shared->test.source; }

  KafkaSinkTest() { cluster().CreateTopic(out_); }
  ~KafkaSinkTest() override {
    sink_.reset();
    // The mock keeps no offsets of transactions: the next test starts after this one's records.
    if (!records_.empty()) ExpectOk(source().Commit(After(records_)));
    ExpectOk(source().Rewind(nullptr));
  }

  void MakeSink(Strings topics, Delivery delivery = Delivery::kExactlyOnce) {
    KafkaSinkSettings settings = SinkSettings(cluster().brokers(), out_, std::move(topics));
    settings.delivery = delivery;
    delivery_ = delivery;
    sink_ = std::make_unique<KafkaSink>(settings, shared->test.watchdog, metrics_);
  }

  /// An open sink, and records in hand.
  void Start(const Strings& values, Delivery delivery = Delivery::kExactlyOnce) {
    MakeSink({out_}, delivery);
    RetryUntilOk([this] { return sink_->Open(); });
    cluster().Produce("in", values);
    records_ = Collect(source(), values.size());
    ASSERT_EQ(Values(records_), values);
    Copy(records_, outbox_);
  }

  Status Transaction() {
    SLUICE_TRY(sink_->Begin());
    SLUICE_TRY(sink_->Write(outbox_));
    return CommitBoth(*sink_, source(), After(records_), delivery_);
  }

  inline static std::unique_ptr<Shared> shared;

  const std::string out_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeMetrics metrics_;
  Outbox outbox_;
  std::unique_ptr<KafkaSink> sink_;
  std::vector<Record> records_;
  Delivery delivery_ = Delivery::kExactlyOnce;
};

TEST_F(KafkaSinkTest, AMissingTopicIsNamedUntilItIsThere) {
  cluster().CreateTopic("telemetry.failed");
  cluster().HideTopic("telemetry.failed");
  MakeSink({out_, "telemetry.failed"});
  ExpectKind(sink_->Open(), ErrorKind::kUnavailable, "sink topic not usable: telemetry.failed (");
  cluster().ShowTopic("telemetry.failed");
  ExpectOk(sink_->Open());
}

TEST_F(KafkaSinkTest, ABrokerWithoutTopicSettingsLeavesTheConfiguredLimit) {
  MakeSink({out_});
  ExpectOk(sink_->Open());
  EXPECT_LE(sink_->MaxRecordBytes(0), KafkaSinkSettings::kDefaultMaxRecordBytes);
  EXPECT_GT(sink_->MaxRecordBytes(0), 1'000'000U);
}

TEST_F(KafkaSinkTest, ATransactionWritesAndCommits) {
  Start({"a", "b"});
  ExpectOk(Transaction());
  const auto seen = cluster().Read(out_, 2);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].value, "a");
  EXPECT_EQ(seen[1].value, "b");
  EXPECT_EQ(metrics_.Value("sluice_kafka_commit_duration_seconds"), 1);
  EXPECT_EQ(metrics_.Value("sluice_kafka_sent_records_total"), 2);
}

TEST_F(KafkaSinkTest, ANullKeyIsNotAnEmptyKeyAndHeadersArrive) {
  Start({"v"});
  const std::string longer = "sluice-position, of which only the first part is the name";
  const std::vector<Header> headers{{std::string_view{longer}.substr(0, 15), "in/0/0"},
                                    {"empty", std::string_view()},
                                    {"null", std::nullopt}};
  outbox_.records() = {{0, std::nullopt, "null", headers, {}},
                       {0, std::string_view(), "empty", {}, {}},
                       {0, "key", std::string_view(), {}, {}}};
  ExpectOk(Transaction());
  const auto seen = cluster().Read(out_, 3);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].key, std::nullopt);
  EXPECT_EQ(seen[1].key, "");
  EXPECT_EQ(seen[2].key, "key");
  EXPECT_EQ(seen[2].value, "");
  ASSERT_EQ(seen[0].headers.size(), 3U);
  EXPECT_EQ(seen[0].headers[0].first, "sluice-position");
  EXPECT_EQ(seen[0].headers[0].second, "in/0/0");
  EXPECT_EQ(seen[0].headers[1].second, "");
  EXPECT_EQ(seen[0].headers[2].second, "(null)");
}

TEST_F(KafkaSinkTest, ValuesAreBorrowedUntilCommitReturns) {
  Start({"v"});
  // Large enough that the library sends it from where it stands.
  std::string value(300'000, 'a');
  outbox_.records() = {{0, std::nullopt, value, {}, {}}};
  ExpectOk(Transaction());
  value.assign(value.size(), 'z');
  const auto seen = cluster().Read(out_, 1);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].value, std::string(300'000, 'a'));
}

TEST_F(KafkaSinkTest, AnAbortedTransactionLeavesTheSinkReady) {
  Start({"a"});
  ExpectOk(sink_->Begin());
  ExpectOk(sink_->Write(outbox_));
  ExpectOk(sink_->Abort());
  EXPECT_EQ(metrics_.Value("sluice_kafka_aborts_total"), 1);
  ExpectOk(Transaction());
}

TEST_F(KafkaSinkTest, AbortWithoutATransactionDoesNothing) {
  MakeSink({out_});
  ExpectOk(sink_->Abort());
  ExpectOk(sink_->Open());
  ExpectOk(sink_->Abort());
  EXPECT_EQ(metrics_.Value("sluice_kafka_aborts_total"), 0);
}

TEST_F(KafkaSinkTest, ACheckpointOfAPartitionThatIsNotOwnedDiscards) {
  Start({"a"});
  ExpectOk(sink_->Begin());
  ExpectOk(sink_->Write(outbox_));
  ExpectKind(CommitBoth(*sink_, source(), {{"in", 7, 1}}), ErrorKind::kDiscard);
  ExpectOk(sink_->Abort());
}

TEST_F(KafkaSinkTest, ASealOfAnotherKindOfSourceIsFatal) {
  Start({"a"});
  ExpectOk(sink_->Begin());
  ExpectOk(sink_->Write(outbox_));
  ExpectKind(sink_->CommitWith({After(records_), "input in 0 /a/file"}), ErrorKind::kFatal,
             "not sealed by a Kafka source");
  ExpectOk(sink_->Abort());
}

TEST_F(KafkaSinkTest, OutputsAloneAreATransactionToo) {
  Start({"a"});
  ExpectOk(sink_->Begin());
  ExpectOk(sink_->Write(outbox_));
  ExpectOk(sink_->Commit());
  EXPECT_EQ(cluster().Read(out_, 1).size(), 1U);
}

TEST_F(KafkaSinkTest, WithoutTransactionsNoCheckpointIsCommittedWithTheOutputs) {
  Start({"a"}, Delivery::kAtLeastOnce);
  ExpectKind(sink_->CommitWith({After(records_), ""}), ErrorKind::kFatal);
}

TEST_F(KafkaSinkTest, ALostMembershipCostsTheTransaction) {
  Start({"a"});
  cluster().FailNext(api::kTxnOffsetCommit, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
  ExpectKind(Transaction(), ErrorKind::kAbortTransaction);
  ExpectOk(sink_->Abort());
  ExpectOk(Transaction());
}

TEST_F(KafkaSinkTest, ARefusedRecordIsNamed) {
  Start({"a"});
  cluster().FailNext(api::kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  ExpectKind(Transaction(), ErrorKind::kRefused, "1 bytes of in/0/");
  ExpectOk(sink_->Abort());
  ExpectOk(Transaction());
}

TEST_F(KafkaSinkTest, WrittenAloneARefusedRecordIsKnownForSure) {
  Start({"a", "b", "c"});
  cluster().FailNext(api::kProduce, RD_KAFKA_RESP_ERR_INVALID_RECORD);
  ExpectKind(Transaction(), ErrorKind::kRefused);
  EXPECT_FALSE(sink_->Refused()) << "it was in one request with others";
  ExpectOk(sink_->Abort());
  sink_->WriteAlone(true);
  cluster().FailNext(api::kProduce, RD_KAFKA_RESP_ERR_NO_ERROR);
  cluster().FailNext(api::kProduce, RD_KAFKA_RESP_ERR_INVALID_RECORD);
  ExpectKind(Transaction(), ErrorKind::kRefused);
  const auto refused = sink_->Refused();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->position, records_[1].position);
  EXPECT_EQ(refused->topic, 0);
  EXPECT_NE(refused->reason.find("failed to validate record"), std::string::npos);
  ExpectOk(sink_->Abort());
  sink_->WriteAlone(false);
  ExpectOk(Transaction());
}

TEST_F(KafkaSinkTest, AnEndThatWasNotAnsweredCostsTheProducerBeforeTheNextBegin) {
  Start({"a"});
  // The connection breaks; the library asks again by itself, and that succeeds.
  cluster().FailNext(api::kEndTxn, RD_KAFKA_RESP_ERR__TRANSPORT);
  ExpectOk(Transaction());
  EXPECT_EQ(metrics_.Value("sluice_kafka_producer_recreations_total"), 0);
  RetryUntilOk([this] { return sink_->Begin(); });
  EXPECT_EQ(metrics_.Value("sluice_kafka_producer_recreations_total"), 1)
      << "a late copy of the request must find another epoch";
  EXPECT_FALSE(sink_->TakeSealInDoubt()) << "it was not about offsets";
  ExpectOk(sink_->Abort());
  ExpectOk(Transaction());
  EXPECT_EQ(metrics_.Value("sluice_kafka_producer_recreations_total"), 1);
}

TEST_F(KafkaSinkTest, OffsetsThatWereNotAnsweredPutTheSealInDoubt) {
  Start({"a"});
  EXPECT_FALSE(sink_->TakeSealInDoubt());
  cluster().FailNext(api::kTxnOffsetCommit, RD_KAFKA_RESP_ERR__TRANSPORT);
  ExpectOk(Transaction());
  EXPECT_TRUE(sink_->TakeSealInDoubt())
      << "the same epoch, or another one, does not stop the group";
  EXPECT_FALSE(sink_->TakeSealInDoubt());
}

TEST_F(KafkaSinkTest, ARightThatIsMissingIsWaitedForAndNamed) {
  Start({"a"});
  cluster().FailNext(api::kProduce, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ExpectKind(Transaction(), ErrorKind::kUnavailable, "topic " + out_);
  ExpectOk(sink_->Abort());
  ExpectOk(Transaction());
}

TEST_F(KafkaSinkTest, ATopicThatWentDuringATransactionIsNamedThoughTheAnswerDoesNot) {
  Start({"a"});
  cluster().FailNext(api::kEndTxn, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  ExpectKind(Transaction(), ErrorKind::kAbortTransaction);
  cluster().HideTopic(out_);
  const Status aborted = sink_->Abort();
  cluster().ShowTopic(out_);
  ASSERT_FALSE(aborted.ok());
  EXPECT_NE(aborted.error().message.find("sink topic not usable: " + out_), std::string::npos)
      << aborted.error().message;
  RetryUntilOk([this] { return sink_->Replace(); });
  ExpectOk(Transaction());
}

TEST_F(KafkaSinkTest, AFencedProducerIsReplacedAndTheThirdTimeIsFatal) {
  Start({"a"});
  for (int i = 0; i < 2; ++i) {
    cluster().FailNext(api::kEndTxn, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    ExpectKind(Transaction(), ErrorKind::kReplaceSink);
    ExpectKind(sink_->Abort(), ErrorKind::kReplaceSink);
    ExpectKind(sink_->Begin(), ErrorKind::kReplaceSink);
    RetryUntilOk([this] { return sink_->Replace(); });
  }
  cluster().FailNext(api::kEndTxn, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
  ExpectKind(Transaction(), ErrorKind::kFatal, "another process uses transactional.id " + out_);
  EXPECT_EQ(metrics_.Value("sluice_kafka_fencings_total"), 3);
  EXPECT_EQ(metrics_.Value("sluice_kafka_producer_recreations_total"), 2);
}

TEST_F(KafkaSinkTest, ATooLongTransactionTimeoutIsAConfigurationError) {
  MakeSink({out_});
  cluster().FailNext(api::kInitProducerId, RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT);
  ExpectKind(sink_->Open(), ErrorKind::kInvalidConfig, "transaction.max.timeout.ms");
}

TEST_F(KafkaSinkTest, AtLeastOnceCommitsOffsetsAfterTheRecords) {
  Start({"a", "b"}, Delivery::kAtLeastOnce);
  ExpectOk(Transaction());
  EXPECT_EQ(cluster().Read(out_, 2).size(), 2U);
  cluster().Produce("in", {"c"});
  ExpectOk(source().Rewind(nullptr));
  records_ = Collect(source(), 1);
  EXPECT_EQ(Values(records_), Strings{"c"});
}

TEST_F(KafkaSinkTest, AtLeastOnceCommitsNothingAfterAFailedDelivery) {
  Start({"refused"}, Delivery::kAtLeastOnce);
  cluster().FailNext(api::kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  ExpectKind(Transaction(), ErrorKind::kRefused);
  ExpectOk(sink_->Abort());
  outbox_.Reset();
  ExpectOk(source().Rewind(nullptr));
  records_ = Collect(source(), 1);
  EXPECT_EQ(Values(records_), Strings{"refused"});
}

/// Apart from the others, since the source leaves the group over it.
TEST(KafkaSinkAloneTest, AtLeastOnceDiscardsWhatTheGroupTookAway) {
  MockCluster cluster;
  cluster.CreateTopic("in");
  cluster.CreateTopic("out");
  cluster.Produce("in", {"a"});
  SourceUnderTest input(SourceSettings(cluster.brokers(), "g", "in"));
  KafkaSinkSettings settings = SinkSettings(cluster.brokers(), "id", {"out"});
  settings.delivery = Delivery::kAtLeastOnce;
  KafkaSink sink(settings, input.watchdog, input.metrics);
  RetryUntilOk([&] { return sink.Open(); });
  ExpectOk(input.source.Open());
  const std::vector<Record> records = Collect(input.source, 1);
  cluster.FailNext(api::kOffsetCommit, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
  ExpectOk(sink.Begin());
  ExpectKind(CommitBoth(sink, input.source, After(records), Delivery::kAtLeastOnce),
             ErrorKind::kDiscard);
}

/// The library frees what it says of a fatal error when the client ends, and again with the next
/// answer that comes.
TEST(KafkaSinkAloneTest, AFencedProducerEndsWhileAnswersAreStillToCome) {
  constexpr int kPartitions = 300;
  MockCluster cluster(3);
  cluster.CreateTopic("out", kPartitions);
  FakeMetrics metrics;
  Watchdog watchdog([](std::string_view call) { ADD_FAILURE() << call << " hangs"; });
  for (int round = 0; round < 8; ++round) {
    KafkaSink sink(SinkSettings(cluster.brokers(), "id", {"out"}), watchdog, metrics);
    RetryUntilOk([&] { return sink.Open(); });
    Outbox outbox;
    for (int i = 0; i < 5 * kPartitions; ++i) {
      outbox.records().push_back({0, outbox.arena().Copy(std::to_string(i)), "value", {}, {}});
    }
    ExpectOk(sink.Begin());
    cluster.FailNext(api::kProduce, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, kPartitions);
    static_cast<void>(sink.Write(outbox));
    ExpectKind(sink.Commit(), ErrorKind::kReplaceSink);
    ExpectKind(sink.Abort(), ErrorKind::kReplaceSink);
  }
}

}  // namespace
}  // namespace sluice::kafka
