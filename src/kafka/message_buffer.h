#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kafka/handles.h"
#include "kafka/partition_table.h"
#include "sluice/arena.h"
#include "sluice/record.h"
#include "sluice/source.h"

namespace sluice::kafka {

/// The library's messages on their way to the worker: taken, then handed out (records point into
/// them), then released. One thread.
class MessageBuffer {
 public:
  MessageBuffer() = default;
  ~MessageBuffer();
  MessageBuffer(const MessageBuffer&) = delete;
  MessageBuffer& operator=(const MessageBuffer&) = delete;

  /// Keeps a message that is the next one of an owned partition or after it; frees any other, which
  /// was fetched before a seek, for an assignment that is gone, or behind one that can't be read.
  void Take(MessageHandle message, PartitionTable& partitions);

  /// Appends one record per taken message, with its key and headers, until `records` holds
  /// `max_records` or the values handed out add up to `max_bytes`. Returns the bytes of the values.
  std::size_t HandOut(std::size_t max_records, std::size_t max_bytes, PartitionTable& partitions,
                      std::vector<Record>& records);

  /// Frees what was taken and not handed out.
  void DropTaken();
  /// Frees what was handed out.
  void Release();

  [[nodiscard]] bool has_taken() const { return taken_begin_ < taken_.size(); }
  [[nodiscard]] bool has_handed_out() const { return !handed_out_.empty(); }
  /// Mean bytes of a value, for guessing how many messages make up so many bytes; at least 1.
  [[nodiscard]] std::size_t mean_bytes() const { return mean_bytes_; }

 private:
  static constexpr std::size_t kFirstGuess = 1'024;
  static constexpr std::size_t kHeaderBlock = std::size_t{64} << 10;

  // Freed by DropTaken and Release, which run on every path; a handle each would cost a pass more.
  std::vector<rd_kafka_message_s*> taken_;
  std::size_t taken_begin_ = 0;
  std::vector<rd_kafka_message_s*> handed_out_;
  Arena headers_{kHeaderBlock};  ///< Of the records handed out.
  std::size_t mean_bytes_ = kFirstGuess;
};

}  // namespace sluice::kafka
