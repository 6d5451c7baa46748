#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// The next offset to read of one input partition.
struct NextOffset {
  std::string_view topic;  ///< Real name; the bytes are the giver's.
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

/// Next offset of some input partitions: what stands before it is done. A transaction's names only
/// the partitions of its own records; whoever keeps it leaves the others as they were.
using Checkpoint = std::vector<NextOffset>;

/// A checkpoint in the form in which a sink commits it together with its own outputs.
struct SealedCheckpoint {
  Checkpoint offsets;
  /// Bytes of the source's own, which the sink passes on or keeps as they are. Kafka: the
  /// membership in the consumer group that the broker checks. Files: which file each partition is.
  std::string seal;
};

}  // namespace sluice
