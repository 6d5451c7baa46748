#include "engine/worker_history.h"

#include <gmock/gmock.h>

#include <string_view>
#include <vector>

namespace sluice {
namespace {

using Ms = WorkerHistory::Milliseconds;

constexpr std::int64_t kStart = 1735776000000;

Record At(std::string_view topic, std::int32_t partition, std::int64_t timestamp_ms) {
  return {{topic, partition, 0}, "{}", timestamp_ms};
}

TEST(AgeHistogramTest, AQuantileIsAtMostAnEighthTooHigh) {
  AgeHistogram ages;
  EXPECT_EQ(ages.Quantile(0.5), -1);
  for (int ms = 1; ms <= 10'000; ++ms) ages.Add(ms);
  for (const double quantile : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const auto exact = static_cast<std::int64_t>(quantile * 10'000);
    EXPECT_GE(ages.Quantile(quantile), exact);
    EXPECT_LE(ages.Quantile(quantile), exact + exact / 8);
  }
  ages.Reset();
  EXPECT_EQ(ages.total(), 0U);
}

TEST(AgeHistogramTest, EveryAgeHasItsBucket) {
  for (const std::int64_t ms : {std::int64_t{-5}, std::int64_t{0}, std::int64_t{7}, std::int64_t{8},
                                std::int64_t{15}, std::int64_t{16}, std::int64_t{31},
                                std::int64_t{32}, std::int64_t{86'400'000}, kStart, INT64_MAX}) {
    AgeHistogram ages;
    ages.Add(ms);
    const std::int64_t found = ages.Quantile(0.5);
    const std::int64_t known = std::max<std::int64_t>(ms, 0);
    if (known < 16) {
      EXPECT_EQ(found, known);
    } else if (ms != INT64_MAX) {
      EXPECT_GE(found, known);
      EXPECT_LE(found, known + known / 8);
    } else {
      EXPECT_GT(found, std::int64_t{1} << 43);
    }
  }
}

TEST(WorkerHistoryTest, ASpanSaysWhatWasCommittedInIt) {
  WorkerHistory history(kStart);
  std::vector<Record> records(100, At("in", 0, kStart - 1'000));
  records.push_back(At("in", 0, kStart - 60'000));
  history.Committed(records, Ms(30), Ms(10), kStart);
  history.Committed({records.data(), 10}, Ms(90), Ms(20), kStart);
  EXPECT_FALSE(history.Turn(kStart + 4'999));
  EXPECT_TRUE(history.Turn(kStart + 5'000));
  ASSERT_EQ(history.points().size(), 1U);
  const HistoryPoint& point = history.points()[0];
  EXPECT_EQ(point.end_ms, kStart + 5'000);
  EXPECT_EQ(point.length_ms, 5'000);
  EXPECT_EQ(point.transactions, 2U);
  EXPECT_EQ(point.records, 111U);
  EXPECT_EQ(point.most_records, 101U);
  EXPECT_DOUBLE_EQ(point.total_ms, 120);
  EXPECT_DOUBLE_EQ(point.longest_ms, 90);
  EXPECT_DOUBLE_EQ(point.commit_ms, 30);
  EXPECT_GE(point.age_p50_ms, 1'000);
  EXPECT_LE(point.age_p50_ms, 1'125);
  EXPECT_LT(point.age_p99_ms, 2'000) << "one of 111 is above it";
  history.Turn(kStart + 10'000);
  EXPECT_EQ(history.points()[1].records, 0U) << "each span counts anew";
  EXPECT_EQ(history.points()[1].age_p50_ms, -1);
}

TEST(WorkerHistoryTest, ItKeepsTheLastMinutes) {
  WorkerHistory history(kStart);
  for (std::int64_t i = 1; i <= 1'000; ++i) history.Turn(kStart + i * 5'000);
  EXPECT_EQ(history.points().size(), WorkerHistory::kPoints);
  EXPECT_EQ(history.points().back().end_ms, kStart + 5'000'000);
}

TEST(WorkerHistoryTest, AWorkerThatWasHeldUpHasOneLongSpan) {
  WorkerHistory history(kStart);
  EXPECT_TRUE(history.Turn(kStart + 65'000));
  EXPECT_EQ(history.points().size(), 1U);
  EXPECT_EQ(history.points()[0].length_ms, 65'000);
}

TEST(WorkerHistoryTest, AClockThatIsSetBackLeavesNoSpanOfNegativeLength) {
  WorkerHistory history(kStart);
  history.Turn(kStart - 3'600'000);
  EXPECT_TRUE(history.points().empty());
  history.Turn(kStart - 3'595'000);
  ASSERT_EQ(history.points().size(), 1U);
  EXPECT_EQ(history.points()[0].length_ms, 5'000);
}

TEST(WorkerHistoryTest, EachPartitionKnowsTheTimeOfItsLastRecord) {
  WorkerHistory history(kStart);
  const std::vector<Record> records = {At("a", 0, kStart + 1), At("a", 1, kStart + 2),
                                       At("b", 0, kStart + 3), At("a", 0, kStart + 4),
                                       At("a", 1, 0)};
  history.Committed(records, Ms(1), Ms(1), kStart);
  std::vector<PartitionStatus> partitions = {{"a", 0}, {"a", 1}, {"b", 0}, {"c", 0}};
  history.AddTimes(partitions);
  EXPECT_EQ(partitions[0].committed_ms, kStart + 4);
  EXPECT_EQ(partitions[1].committed_ms, kStart + 2) << "a record without a time tells nothing";
  EXPECT_EQ(partitions[2].committed_ms, kStart + 3);
  EXPECT_EQ(partitions[3].committed_ms, 0);
  std::vector<PartitionStatus> others = {{"c", 0}};
  history.AddTimes(others);
  std::vector<PartitionStatus> again = {{"a", 0}};
  history.AddTimes(again);
  EXPECT_EQ(again[0].committed_ms, 0) << "a partition that was revoked is forgotten";
}

}  // namespace
}  // namespace sluice
