#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kafka/admin_client.h"
#include "operations/kafka_use.h"
#include "operations/offset_target.h"
#include "sluice/result.h"

namespace sluice {

/// A change of committed offsets: planned, or made.
struct OffsetChange {
  struct Move {
    kafka::PartitionId id;
    std::int64_t before = kafka::AdminClient::kNone;
    std::int64_t after = 0;
    std::string note = {};  ///< Why `after` is not what was asked for.
  };
  std::string group;
  std::vector<Move> moves;
  bool made = false;
};

/// Where the partitions of a group are, for planning.
struct OffsetState {
  kafka::PartitionOffsets committed;
  kafka::PartitionOffsets begin;
  kafka::PartitionOffsets end;
  kafka::PartitionOffsets at_time;  ///< Of OffsetTarget::kTime.
};

/// The change to `wanted`, each kept within what its partition holds. Pure. kInvalidConfig: a
/// partition of `wanted` is not there.
Result<OffsetChange> PlanOffsets(const std::string& group, const kafka::PartitionOffsets& wanted,
                                 const OffsetState& state);
/// The offsets that a target means for each partition. kInvalidConfig: it can't be told, since a
/// partition has no committed offset to shift.
Result<kafka::PartitionOffsets> WantedOffsets(const OffsetTarget& target, const OffsetState& state);

/// What the commands do, with the group of a configuration and the topics that it reads.
///
/// Errors: kRefused: the group has members; kUnavailable: no answer; kInvalidConfig: anything that
/// the operator has to change.
class Offsets {
 public:
  /// `use` and `client`, of its source, must outlive it. `topics` names some of those that it
  /// reads; empty: all.
  static Result<Offsets> Of(const KafkaUse& use, kafka::AdminClient& client,
                            const std::vector<std::string>& topics);

  /// Those that are committed; partitions without one are left out.
  Result<kafka::PartitionOffsets> Committed();
  Result<OffsetChange> PlanTarget(const OffsetTarget& target);
  Result<OffsetChange> PlanExact(const kafka::PartitionOffsets& wanted);
  /// To where another group is, which must have no members either.
  Result<OffsetChange> PlanFrom(const std::string& other_group);
  Status Make(OffsetChange& change);

 private:
  Offsets(const KafkaUse& use, kafka::AdminClient& client) : use_(use), client_(client) {}
  Result<OffsetState> State(std::optional<std::int64_t> time_ms);
  Status DemandNoMembers(const std::string& group);

  const KafkaUse& use_;
  kafka::AdminClient& client_;
  std::vector<kafka::PartitionId> partitions_;
};

std::string ChangeText(const OffsetChange& change);
std::string ChangeJson(const OffsetChange& change);

}  // namespace sluice
