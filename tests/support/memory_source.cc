#include "support/memory_source.h"

#include <thread>

namespace sluice {

Status MemorySource::Poll(const PollLimits& limits, std::vector<Record>& records) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  while (next_ < count_ && taken < limits.max_records && bytes < limits.max_bytes) {
    const std::string& value = values_[static_cast<std::size_t>(next_) % values_.size()];
    records.push_back({{topic_, 0, next_, Position::kNoIndex}, value, 0});
    bytes += value.size();
    ++taken;
    ++next_;
  }
  return Ok();
}

Status MemorySource::Idle(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
  return Ok();
}

Status MemorySource::Rewind(const SealedCheckpoint* /*stored*/) {
  next_ = committed_;
  return Ok();
}

Status MemorySource::Commit(const Checkpoint& checkpoint) {
  for (const NextOffset& next : checkpoint) committed_ = next.offset;
  return Ok();
}

}  // namespace sluice
