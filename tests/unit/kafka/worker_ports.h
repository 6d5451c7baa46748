#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/kafka_sink.h"
#include "kafka/kafka_source.h"
#include "unit/kafka/fake_metrics.h"

namespace sluice::kafka {

inline KafkaSourceSettings SourceSettings(const std::string& brokers, const std::string& group,
                                          const std::string& topic) {
  KafkaSourceSettings settings;
  settings.brokers = brokers;
  settings.group = group;
  settings.topics = {topic};
  settings.request_timeout = std::chrono::seconds(3);
  settings.options = {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "300"}};
  return settings;
}

inline KafkaSinkSettings SinkSettings(const std::string& brokers, const std::string& id,
                                      std::vector<std::string> topics) {
  KafkaSinkSettings settings;
  settings.brokers = brokers;
  settings.transactional_id = id;
  settings.topics = std::move(topics);
  settings.request_timeout = std::chrono::seconds(3);
  settings.transaction_timeout = std::chrono::seconds(10);
  return settings;
}

/// Calls until it works, or fails the test.
template <typename Call>
void RetryUntilOk(const Call& call) {
  Status status = Ok();
  for (int i = 0; i < 20; ++i) {
    status = call();
    if (status.ok()) return;
  }
  FAIL() << status.error().message;
}

inline void ExpectOk(const Status& status) {
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
}

inline void ExpectKind(const Status& status, ErrorKind kind, std::string_view text = "") {
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(ErrorKindName(status.error().kind), ErrorKindName(kind)) << status.error().message;
  EXPECT_NE(status.error().message.find(text), std::string::npos) << status.error().message;
}

/// Polls until `count` records came; a rebalance begins anew. Fewer where that takes too long.
inline std::vector<Record> Collect(KafkaSource& source, std::size_t count) {
  std::vector<Record> records;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (records.size() < count && std::chrono::steady_clock::now() < end) {
    const Status status = source.Poll(
        {count - records.size(), std::size_t{1} << 30, std::chrono::milliseconds(50)}, records);
    if (!status.ok() && status.error().kind == ErrorKind::kDiscard) {
      records.clear();
      source.Release();
    }
  }
  return records;
}

inline std::vector<std::string> Values(const std::vector<Record>& records) {
  std::vector<std::string> values;
  values.reserve(records.size());
  for (const Record& record : records) values.emplace_back(record.value.value_or("(null)"));
  return values;
}

inline Checkpoint After(const std::vector<Record>& records) {
  Checkpoint checkpoint;
  for (const Record& record : records) {
    const Position& at = record.position;
    NextOffset* found = nullptr;
    for (NextOffset& next : checkpoint) {
      if (next.topic == at.topic && next.partition == at.partition) found = &next;
    }
    if (found == nullptr) found = &checkpoint.emplace_back(NextOffset{at.topic, at.partition, 0});
    found->offset = at.offset + 1;
  }
  return checkpoint;
}

/// As the worker commits: in one step, or the outputs first and then the offsets.
inline Status CommitBoth(KafkaSink& sink, KafkaSource& source, const Checkpoint& checkpoint,
                         Delivery delivery = Delivery::kExactlyOnce) {
  if (delivery == Delivery::kAtLeastOnce) {
    SLUICE_TRY(sink.Commit());
    return source.Commit(checkpoint);
  }
  const auto sealed = source.Seal(checkpoint);
  if (!sealed) return sealed.error();
  SLUICE_TRY(sink.CommitWith(sealed.value()));
  source.Committed(checkpoint);
  return Ok();
}

/// One output per record, with its value, to topic 0.
inline void Copy(const std::vector<Record>& records, Outbox& outbox) {
  for (const Record& record : records) {
    outbox.records().push_back({0, std::nullopt, *record.value, {}, record.position});
  }
}

/// A source and what it needs; a hanging call fails the test.
struct SourceUnderTest {
  explicit SourceUnderTest(KafkaSourceSettings settings)
      : watchdog([](std::string_view call) { ADD_FAILURE() << call << " hangs"; }),
        source(std::move(settings), watchdog, metrics) {}

  FakeMetrics metrics;
  Watchdog watchdog;
  KafkaSource source;
};

}  // namespace sluice::kafka
