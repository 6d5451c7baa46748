#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "kafka/kafka_sink.h"
#include "kafka/kafka_source.h"
#include "unit/kafka/kafka_client.h"
#include "unit/kafka/worker_ports.h"

namespace sluice::kafka {
namespace {

using Strings = std::vector<std::string>;
using std::chrono::milliseconds;

/// What only a real broker enforces. SLUICE_TEST_KAFKA names one; without it these are skipped.
class RealBrokerTest : public ::testing::Test {
 protected:
  struct Worker {
    Worker(const std::string& brokers, const std::string& id, const std::string& in,
           const Strings& out)
        : input(SourceSettings(brokers, in + ".group", in)),
          sink(SinkSettings(brokers, in + "." + id, out), input.watchdog, input.metrics) {
      RetryUntilOk([this] { return sink.Open(); });
      RetryUntilOk([this] { return input.source.Open(); });
    }
    Status Transaction(const std::vector<Record>& records, Outbox& outbox) {
      outbox.Reset();
      Copy(records, outbox);
      SLUICE_TRY(sink.Begin());
      SLUICE_TRY(sink.Write(outbox));
      return CommitBoth(sink, input.source, After(records));
    }
    SourceUnderTest input;
    KafkaSink sink;
  };

  void SetUp() override {
    const char* brokers = std::getenv("SLUICE_TEST_KAFKA");
    if (brokers == nullptr) GTEST_SKIP() << "SLUICE_TEST_KAFKA is not set";
    brokers_ = brokers;
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    in_ = "sluice.unit." + std::to_string(getpid()) + "." + name;
    out_ = in_ + ".out";
    CreateTopic(brokers_, in_, 2);
    CreateTopic(brokers_, out_, 1);
  }

  std::unique_ptr<Worker> Start(const std::string& id = "0") {
    return std::make_unique<Worker>(brokers_, id, in_, Strings{out_});
  }

  Strings Committed(std::size_t count) {
    Strings values;
    for (const SeenRecord& record : ReadTopic(brokers_, out_, count)) {
      values.push_back(record.value.value_or("(null)"));
    }
    std::ranges::sort(values);
    return values;
  }

  std::string brokers_;
  std::string in_;
  std::string out_;
  Outbox outbox_;
};

TEST_F(RealBrokerTest, AnAbortedTransactionIsInvisibleAndExactlyItsRecordsComeAgain) {
  WriteTopic(brokers_, in_, 0, {"a", "b", "c", "d"});
  const auto worker = Start();
  ExpectOk(worker->Transaction(Collect(worker->input.source, 2), outbox_));
  worker->input.source.Release();
  outbox_.Reset();
  Copy(Collect(worker->input.source, 2), outbox_);
  ExpectOk(worker->sink.Begin());
  ExpectOk(worker->sink.Write(outbox_));
  ExpectOk(worker->sink.Abort());
  ExpectOk(worker->input.source.Rewind(nullptr));
  const std::vector<Record> again = Collect(worker->input.source, 2);
  EXPECT_EQ(Values(again), (Strings{"c", "d"}));
  ExpectOk(worker->Transaction(again, outbox_));
  EXPECT_EQ(Committed(4), (Strings{"a", "b", "c", "d"}));
}

TEST_F(RealBrokerTest, AWorkerThatVanishesInATransactionLeavesNothingBehind) {
  WriteTopic(brokers_, in_, 0, {"a", "b", "c"});
  auto dead = Start();
  ExpectOk(dead->Transaction(Collect(dead->input.source, 1), outbox_));
  dead->input.source.Release();
  outbox_.Reset();
  // The values are those of the outbox, since the source goes before the sink here.
  for (const Record& record : Collect(dead->input.source, 2)) {
    outbox_.records().push_back({0, std::nullopt, outbox_.arena().Copy(*record.value), {}, {}});
  }
  ExpectOk(dead->sink.Begin());
  ExpectOk(dead->sink.Write(outbox_));
  // Only its place in the group is given up; the transaction stays open.
  dead->input.source.Close();

  const auto next = Start();
  const std::vector<Record> again = Collect(next->input.source, 2);
  EXPECT_EQ(Values(again), (Strings{"b", "c"}));
  Outbox outbox;
  ExpectOk(next->Transaction(again, outbox));
  EXPECT_EQ(Committed(3), (Strings{"a", "b", "c"}));
}

TEST_F(RealBrokerTest, ASecondProducerOfTheSameIdFencesTheFirst) {
  WriteTopic(brokers_, in_, 0, {"a"});
  const auto first = Start();
  const std::vector<Record> records = Collect(first->input.source, 1);
  KafkaSink second(SinkSettings(brokers_, in_ + ".0", {out_}), first->input.watchdog,
                   first->input.metrics);
  RetryUntilOk([&] { return second.Open(); });
  ExpectKind(first->Transaction(records, outbox_), ErrorKind::kReplaceSink);
  ExpectKind(first->sink.Abort(), ErrorKind::kReplaceSink);
  RetryUntilOk([&] { return first->sink.Replace(); });
  ExpectOk(first->input.source.Rewind(nullptr));
  ExpectOk(first->Transaction(Collect(first->input.source, 1), outbox_));
  EXPECT_EQ(Committed(1), Strings{"a"});
}

TEST_F(RealBrokerTest, ARebalanceDiscardsTheBatchInHandOfBoth) {
  WriteTopic(brokers_, in_, 0, {"a", "b"});
  WriteTopic(brokers_, in_, 1, {"c", "d"});
  const auto first = Start("0");
  const std::vector<Record> in_hand = Collect(first->input.source, 4);
  ASSERT_EQ(in_hand.size(), 4U);

  const auto second = Start("1");
  std::vector<Record> records;
  bool discarded = false;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::vector<Record> of_second;
  while (of_second.size() < 2 && std::chrono::steady_clock::now() < end) {
    const Status status = first->input.source.Idle(milliseconds(20));
    discarded = discarded || (!status.ok() && status.error().kind == ErrorKind::kDiscard);
    const Status polled =
        second->input.source.Poll({2 - of_second.size(), 1'000, milliseconds(20)}, of_second);
    if (!polled.ok()) of_second.clear();
  }
  EXPECT_TRUE(discarded);
  ASSERT_EQ(of_second.size(), 2U);
  // The old batch can't be committed any more, whatever its owner believes.
  ExpectKind(first->Transaction(in_hand, outbox_), ErrorKind::kDiscard);
  ExpectOk(first->sink.Abort());
  ExpectOk(second->Transaction(of_second, outbox_));
  Outbox outbox;
  ExpectOk(first->Transaction(Collect(first->input.source, 2), outbox));
  EXPECT_EQ(Committed(4), (Strings{"a", "b", "c", "d"}));
}

TEST_F(RealBrokerTest, ATopicsLimitIsReadAndARecordOfThatSizePasses) {
  const std::string small = in_ + ".small";
  CreateTopic(brokers_, small, 1, {{"max.message.bytes", "20000"}});
  WriteTopic(brokers_, in_, 0, {"a"});
  Worker worker(brokers_, "0", in_, {out_, small});
  EXPECT_LT(worker.sink.MaxRecordBytes(1), 20'000U);
  EXPECT_GT(worker.sink.MaxRecordBytes(0), 1'000'000U);
  const std::vector<Record> records = Collect(worker.input.source, 1);
  const std::string value(worker.sink.MaxRecordBytes(1), 'x');
  // More of them than one set of records of the topic can hold.
  for (int i = 0; i < 10; ++i) outbox_.records().push_back({1, std::nullopt, value, {}, {}});
  for (int i = 0; i < 50; ++i) outbox_.records().push_back({1, std::nullopt, "small", {}, {}});
  ExpectOk(worker.sink.Begin());
  ExpectOk(worker.sink.Write(outbox_));
  ExpectOk(CommitBoth(worker.sink, worker.input.source, After(records)));
  EXPECT_EQ(ReadTopic(brokers_, small, 60).size(), 60U);
}

TEST_F(RealBrokerTest, ARefusedRecordCostsTheTransactionAndTheNextOneWorks) {
  WriteTopic(brokers_, in_, 0, {"a"});
  const auto worker = Start();
  const std::vector<Record> records = Collect(worker->input.source, 1);
  const std::string value(2'000'000, 'x');
  outbox_.records() = {{0, std::nullopt, "small", {}, {}}, {0, std::nullopt, value, {}, {}}};
  ExpectOk(worker->sink.Begin());
  ExpectOk(worker->sink.Write(outbox_));
  ExpectKind(CommitBoth(worker->sink, worker->input.source, After(records)), ErrorKind::kRefused,
             "2000000 bytes");
  ExpectOk(worker->sink.Abort());
  ExpectOk(worker->Transaction(records, outbox_));
  EXPECT_EQ(Committed(1), Strings{"a"});
}

TEST_F(RealBrokerTest, ARefusalWhileRecordsAreStillWrittenIsToldByWriteOrCommit) {
  WriteTopic(brokers_, in_, 0, {"a"});
  const auto worker = Start();
  const std::vector<Record> records = Collect(worker->input.source, 1);
  const std::string value(2'000'000, 'x');
  outbox_.records().assign(200'000, {0, std::nullopt, "small", {}, {}});
  outbox_.records()[0].value = value;
  ExpectOk(worker->sink.Begin());
  Status status = worker->sink.Write(outbox_);
  if (status.ok()) status = CommitBoth(worker->sink, worker->input.source, After(records));
  ExpectKind(status, ErrorKind::kRefused, "2000000 bytes");
  ExpectOk(worker->sink.Abort());
  ExpectOk(worker->Transaction(records, outbox_));
  EXPECT_EQ(Committed(1), Strings{"a"});
}

TEST_F(RealBrokerTest, ASinkTopicThatVanishesIsWaitedForByName) {
  WriteTopic(brokers_, in_, 0, {"a", "b"});
  SourceUnderTest input(SourceSettings(brokers_, in_ + ".group", in_));
  KafkaSinkSettings settings = SinkSettings(brokers_, in_ + ".0", {out_});
  settings.transaction_timeout = milliseconds(2'000);
  KafkaSink sink(settings, input.watchdog, input.metrics);
  RetryUntilOk([&] { return sink.Open(); });
  RetryUntilOk([&] { return input.source.Open(); });
  const std::vector<Record> records = Collect(input.source, 2);
  Copy(records, outbox_);
  DeleteTopic(brokers_, out_);
  ExpectOk(sink.Begin());
  Status status = sink.Write(outbox_);
  if (status.ok()) status = CommitBoth(sink, input.source, After(records));
  ASSERT_FALSE(status.ok());
  ExpectKind(sink.Abort(), ErrorKind::kReplaceSink);
  ExpectKind(sink.Replace(), ErrorKind::kUnavailable, "sink topic not usable: " + out_ + " (");
  CreateTopic(brokers_, out_, 1);
  RetryUntilOk([&] { return sink.Replace(); });
  ExpectOk(sink.Begin());
  ExpectOk(sink.Write(outbox_));
  ExpectOk(CommitBoth(sink, input.source, After(records)));
  EXPECT_EQ(Committed(2), (Strings{"a", "b"}));
}

TEST_F(RealBrokerTest, TwentyMegabytesAreRead) {
  const std::string large = in_ + ".large";
  CreateTopic(brokers_, large, 1, {{"max.message.bytes", "30000000"}});
  std::string twenty_megabytes;
  twenty_megabytes.resize(20'000'000, 'x');
  WriteTopic(brokers_, large, 0, {"before", twenty_megabytes, "after"});
  SourceUnderTest test(SourceSettings(brokers_, in_ + ".group", large));
  RetryUntilOk([&] { return test.source.Open(); });
  const std::vector<Record> records = Collect(test.source, 3);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].value->size(), 20'000'000U);
}

TEST_F(RealBrokerTest, APartitionThatLostItsRecordsIsNamedUntilAnOperatorDecides) {
  WriteTopic(brokers_, in_, 0, {"a", "b", "c", "d"});
  {
    const auto worker = Start();
    ExpectOk(worker->Transaction(Collect(worker->input.source, 1), outbox_));
  }
  DeleteRecordsBefore(brokers_, in_, 0, 3);
  SourceUnderTest test(SourceSettings(brokers_, in_ + ".group", in_));
  RetryUntilOk([&] { return test.source.Open(); });
  // The other partition is read meanwhile.
  WriteTopic(brokers_, in_, 1, {"other"});
  EXPECT_EQ(Values(Collect(test.source, 1)), Strings{"other"});
  std::string stalled;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::vector<Record> records;
  while (stalled.find("3..") == std::string::npos && std::chrono::steady_clock::now() < end) {
    ExpectOk(test.source.Poll({10, 1'000, milliseconds(50)}, records));
    for (const PartitionStatus& status : test.source.Partitions()) stalled += status.stalled;
  }
  EXPECT_NE(stalled.find("at offset 1: the partition holds 3.."), std::string::npos) << stalled;
  EXPECT_NE(stalled.find("--reset-offsets"), std::string::npos) << stalled;
  EXPECT_TRUE(records.empty());
}

TEST_F(RealBrokerTest, APartitionThatIsTakenHasNoLagHere) {
  const auto worker = Start();
  WriteTopic(brokers_, in_, 0, {"a"});
  ASSERT_EQ(Collect(worker->input.source, 1).size(), 1U);
  const std::string lag = "sluice_consumer_lag_records{topic=" + in_ + ",partition=0}";
  EXPECT_GE(worker->input.metrics.Value(lag), 0);
  worker->input.source.Close();
  EXPECT_EQ(worker->input.metrics.Value(lag), -1) << "its series is gone";
}

TEST_F(RealBrokerTest, TheCommittedOffsetPassesTheMarkersOfTransactions) {
  WriteTopic(brokers_, in_, 0, {"a"});
  const auto first = Start();
  ExpectOk(first->Transaction(Collect(first->input.source, 1), outbox_));
  SourceUnderTest second(SourceSettings(brokers_, out_ + ".group", out_));
  RetryUntilOk([&] { return second.source.Open(); });
  ExpectOk(second.source.Commit(After(Collect(second.source, 1))));
  second.source.Release();
  std::vector<Record> records;
  std::int64_t committed = 0;
  for (int i = 0; i < 100 && committed < 2; ++i) {
    ExpectOk(second.source.Poll({10, 1'000, milliseconds(100)}, records));
    committed = second.source.Partitions()[0].committed;
  }
  EXPECT_EQ(committed, 2) << "the record, and the marker behind it";
  // Retention may take the marker as well.
  DeleteRecordsBefore(brokers_, out_, 0, 2);
  ExpectOk(second.source.Rewind(nullptr));
  WriteTopic(brokers_, out_, 0, {"next"});
  EXPECT_EQ(Values(Collect(second.source, 1)), Strings{"next"});
}

TEST_F(RealBrokerTest, PausesAndRewindsUnderAFullQueueLoseAndDoubleNothing) {
  Strings values;
  for (int i = 10'000; i < 30'000; ++i) values.push_back(std::to_string(i) + std::string(500, 'x'));
  WriteTopic(brokers_, in_, 0, values);
  const auto worker = Start();
  KafkaSource& source = worker->input.source;
  std::vector<Record> records = Collect(source, 1'000);
  Strings seen;
  for (int round = 0; seen.size() < values.size(); ++round) {
    ASSERT_FALSE(records.empty());
    if (round % 3 == 1) ExpectOk(source.Idle(milliseconds(20)));
    if (round % 3 == 2) {
      ExpectOk(source.Rewind(nullptr));
    } else {
      for (const std::string& value : Values(records)) seen.push_back(value);
      ExpectOk(source.Commit(After(records)));
      source.Release();
    }
    records = Collect(source, std::min<std::size_t>(1'000, values.size() - seen.size()));
  }
  EXPECT_EQ(seen, values);
}

}  // namespace
}  // namespace sluice::kafka
