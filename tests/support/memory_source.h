#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sluice/source.h"

namespace sluice {

/// Values from memory as the records of partition 0 of one topic, for benchmarks and tests: gives
/// them out over and over until there were `count` records. No allocation per record.
class MemorySource final : public Source {
 public:
  MemorySource(std::string topic, std::vector<std::string> values, std::int64_t count)
      : topic_(std::move(topic)), values_(std::move(values)), count_(count) {}

  Status Open() override { return Rewind(nullptr); }
  Status Poll(const PollLimits& limits, std::vector<Record>& records) override;
  Status Idle(std::chrono::milliseconds time) override;
  void Release() override {}
  Status Rewind(const SealedCheckpoint* stored) override;
  Status Commit(const Checkpoint& checkpoint) override;
  [[nodiscard]] bool exhausted() const override { return next_ >= count_; }
  void Close() override {}

  /// Where Rewind goes to.
  [[nodiscard]] std::int64_t committed() const { return committed_; }

 private:
  std::string topic_;
  std::vector<std::string> values_;
  std::int64_t count_;
  std::int64_t next_ = 0;
  std::int64_t committed_ = 0;
};

}  // namespace sluice
