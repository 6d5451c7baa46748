#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "engine/age_histogram.h"
#include "sluice/record.h"
#include "sluice/source.h"

namespace sluice {

/// What a worker committed in a span of time. Times are milliseconds.
struct HistoryPoint {
  std::int64_t end_ms = 0;     ///< Since 1970.
  std::int64_t length_ms = 0;  ///< Of the span.
  std::uint64_t transactions = 0;
  std::uint64_t records = 0;
  std::uint64_t most_records = 0;  ///< Of one transaction.
  double total_ms = 0;             ///< Of all transactions, from the first record to the commit.
  double longest_ms = 0;           ///< The longest of them.
  double commit_ms = 0;            ///< The part of total_ms that begin, write and commit took.
  /// From the timestamp of a record to its commit; -1: no record had one.
  std::int64_t age_p50_ms = -1;
  std::int64_t age_p99_ms = -1;
};

/// The last minutes of a worker, for plots. One thread.
class WorkerHistory {
 public:
  using Milliseconds = std::chrono::duration<double, std::milli>;

  static constexpr std::chrono::milliseconds kSpan{5'000};
  static constexpr std::size_t kPoints = 60;

  explicit WorkerHistory(std::int64_t now_ms) : begin_ms_(now_ms) {}

  /// A transaction of these records is committed.
  void Committed(std::span<const Record> records, Milliseconds total, Milliseconds commit,
                 std::int64_t now_ms);

  /// Closes the span where it is long enough; true if it did. To be called now and then: a worker
  /// that is held up has a longer one.
  bool Turn(std::int64_t now_ms);

  /// The spans that are closed, oldest first.
  [[nodiscard]] const std::deque<HistoryPoint>& points() const { return points_; }

  /// Fills in PartitionStatus::committed_ms, and forgets the partitions that are not among them.
  void AddTimes(std::vector<PartitionStatus>& partitions);

 private:
  struct PartitionTime {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t ms = 0;  ///< Of the last committed record.
    bool owned = true;
  };
  PartitionTime& TimeOf(const Position& position);

  std::int64_t begin_ms_;
  HistoryPoint open_;
  AgeHistogram ages_;
  std::deque<HistoryPoint> points_;
  std::vector<PartitionTime> times_;
};

}  // namespace sluice
