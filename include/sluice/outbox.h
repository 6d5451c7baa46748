#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/event.h"
#include "sluice/record.h"

namespace sluice {

/// A record to be written. Bytes belong to the outbox; records of one event share theirs.
struct OutputRecord {
  TopicId topic = 0;
  std::optional<std::string_view>
      key;  ///< nullopt: null key; empty: an empty key, which is hashed.
  std::string_view value;
  std::span<const Header> headers;
  Position position;  ///< Of the event; for logs and for the replacement of an oversize record.
};

/// What one transaction will write, in order, and the memory that it stands in.
/// Must stay untouched from Sink::Write until Commit or Abort has returned.
class Outbox {
 public:
  Outbox() : arena_(kBlock) {}

  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] std::vector<OutputRecord>& records() { return records_; }
  [[nodiscard]] const std::vector<OutputRecord>& records() const { return records_; }
  /// About the memory that the records take, what a client needs for each of them included.
  [[nodiscard]] std::size_t bytes() const {
    return arena_.bytes_used() + records_.size() * kBytesPerRecord;
  }
  void Reset() {
    records_.clear();
    arena_.Reset(kKeepBlocks);
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 20;
  static constexpr std::size_t kKeepBlocks = 64;
  static constexpr std::size_t kBytesPerRecord = 512;
  Arena arena_;
  std::vector<OutputRecord> records_;
};

}  // namespace sluice
