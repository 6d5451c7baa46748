#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/failure_tally.h"
#include "sluice/event.h"

namespace sluice {

/// The conservation law of a pipeline: every event that came in or was made has one end.
struct Ledger {
  std::uint64_t received = 0;
  std::uint64_t created = 0;
  std::uint64_t emitted = 0;
  std::uint64_t diverted = 0;
  std::uint64_t dropped = 0;

  [[nodiscard]] std::int64_t Unaccounted() const {
    return static_cast<std::int64_t>(received + created) -
           static_cast<std::int64_t>(emitted + diverted + dropped);
  }
  Ledger& operator+=(const Ledger& other);
};

/// Everything that is counted while a transaction is put together; it counts for nothing until the
/// transaction is committed, so that an abort leaves no trace.
struct TransactionStats {
  /// "Stage" of what never reached one: records that are too large or that no stage took.
  static constexpr std::size_t kDecode = static_cast<std::size_t>(-1);

  struct Diversion {
    std::size_t stage = 0;  ///< Index in the pipeline.
    SideOutputId side_output = 0;
    Reason reason = nullptr;
    std::uint64_t count = 0;
  };
  struct StageCount {
    std::uint64_t in = 0;
    std::uint64_t created = 0;
    std::vector<std::uint64_t> routed = {};  ///< Records that it wrote, by TopicId.
  };

  Ledger ledger;
  std::vector<Diversion> diversions;
  std::vector<std::pair<Reason, std::uint64_t>> drops;
  std::vector<StageCount> stages;
  std::vector<std::uint64_t> job_counters;     ///< By CounterId.
  std::vector<std::uint64_t> records_written;  ///< By TopicId.
  std::uint64_t bytes_in = 0;
  std::uint64_t oversize = 0;
  std::uint64_t refused = 0;  ///< By the sink.
  FailureTally failures;
  std::size_t writer = kDecode;  ///< The stage that runs now.

  /// A record was written to a topic, in memory or of the sink.
  void AddRouted(TopicId topic);
  void AddDiversion(std::size_t stage, SideOutputId side_output, Reason reason);
  void AddDrop(Reason reason);
  void Reset();
};

}  // namespace sluice
