#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kafka/client_events.h"
#include "kafka/handles.h"
#include "kafka/partition_table.h"
#include "kafka/settings.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Remembers what keeps a consumer from getting records, and finds out when it is over: the library
/// reports each of these once and then says nothing. Costs nothing while all is well.
/// One thread.
class SourceHealth {
 public:
  SourceHealth(const KafkaSourceSettings& settings, ClientEvents& events)
      : settings_(settings), events_(events) {}

  /// A source topic is gone.
  void NoteMissingTopic() { topic_missing_ = true; }
  /// The broker does not have the offset at which a partition is to be read.
  void NoteOutOfRange(std::string_view topic, std::int32_t partition);
  /// Partitions were taken: what was wrong with one of them is another member's matter.
  void ForgetPartitions() { out_of_range_.reset(); }

  /// kUnavailable for as long as one of the above holds, or no broker answers. `restart` is set
  /// where a partition became readable again: fetching must be started anew.
  Status Check(rd_kafka_s* consumer, PartitionTable& partitions, bool& restart);

 private:
  struct PartitionName {
    std::string topic;
    std::int32_t partition = 0;
  };

  Status AskAgain(rd_kafka_s* consumer, PartitionTable& partitions, bool& restart);
  Status CheckRange(rd_kafka_s* consumer, PartitionTable& partitions, bool& restart);

  const KafkaSourceSettings& settings_;
  ClientEvents& events_;
  bool topic_missing_ = false;
  std::optional<PartitionName> out_of_range_;
  std::chrono::steady_clock::time_point next_check_;
  std::optional<Error> last_;
};

}  // namespace sluice::kafka
