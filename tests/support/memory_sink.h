#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/sink.h"

namespace sluice {

/// Counts what is committed, and keeps it if wanted; for benchmarks and tests. What was written and
/// not committed is not seen. Without keeping: no allocation per record.
class MemorySink final : public Sink {
 public:
  struct Kept {
    TopicId topic = 0;
    std::optional<std::string> key;
    std::string value;
    std::vector<std::pair<std::string, std::string>> headers;
  };

  explicit MemorySink(bool keep) : keep_(keep) {}

  Status Open() override { return Ok(); }
  [[nodiscard]] std::size_t MaxRecordBytes(TopicId /*topic*/) const override { return kMaxRecord; }
  Status Begin() override { return Abort(); }
  Status Write(const Outbox& outbox) override;
  Status Commit() override;
  Status Abort() override;
  Status Replace() override { return Abort(); }
  void Close() override {}

  /// Committed so far.
  [[nodiscard]] std::uint64_t records() const { return committed_.records; }
  [[nodiscard]] std::uint64_t bytes() const { return committed_.bytes; }
  [[nodiscard]] const std::vector<Kept>& kept() const { return kept_; }

 private:
  static constexpr std::size_t kMaxRecord = 1'048'588;  // Kafka's default.
  struct Sums {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
  };

  bool keep_;
  Sums written_;
  Sums committed_;
  std::vector<Kept> pending_;
  std::vector<Kept> kept_;
};

}  // namespace sluice
