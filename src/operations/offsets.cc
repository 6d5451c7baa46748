#include "operations/offsets.h"

#include <algorithm>
#include <utility>

#include "kafka/group_offsets.h"
#include "operations/json_output.h"
#include "operations/text_table.h"
#include "util/join.h"

namespace sluice {
namespace {

using kafka::AdminClient;
using kafka::PartitionId;
using kafka::PartitionOffsets;
using Kind = OffsetTarget::Kind;

constexpr std::int64_t kNone = AdminClient::kNone;

std::int64_t ValueOf(const PartitionOffsets& offsets, const PartitionId& id) {
  const auto found = offsets.find(id);
  return found == offsets.end() ? kNone : found->second;
}

std::string NameOf(const PartitionId& id) { return kafka::PartitionName(id.topic, id.partition); }

Error Bad(const std::string& text) { return {ErrorKind::kInvalidConfig, text}; }

std::string MembersText(const kafka::GroupDescription& group) {
  std::vector<std::string> members;
  for (const kafka::GroupMember& member : group.members) {
    members.push_back(member.client_id + " at " + member.host);
  }
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return Join(members);
}

std::string Shown(std::int64_t offset) { return offset == kNone ? "-" : std::to_string(offset); }

}  // namespace

Result<PartitionOffsets> WantedOffsets(const OffsetTarget& target, const OffsetState& state) {
  PartitionOffsets wanted;
  for (const auto& [id, end] : state.end) {
    switch (target.kind) {
      case Kind::kEarliest:
        wanted[id] = ValueOf(state.begin, id);
        break;
      case Kind::kLatest:
        wanted[id] = end;
        break;
      case Kind::kTime: {
        const std::int64_t at = ValueOf(state.at_time, id);
        wanted[id] = at == kNone ? end : at;
        break;
      }
      case Kind::kShift: {
        const std::int64_t committed = ValueOf(state.committed, id);
        if (committed == kNone) {
          return Bad(NameOf(id) +
                     " has no committed offset that could be shifted; name the topics "
                     "that have one with --topic, or use another --to");
        }
        // What is beyond either end is moved to it later; here it must only not overflow.
        wanted[id] = committed + std::clamp(target.value, -committed, end);
        break;
      }
    }
  }
  return wanted;
}

Result<OffsetChange> PlanOffsets(const std::string& group, const PartitionOffsets& wanted,
                                 const OffsetState& state) {
  OffsetChange change{.group = group, .moves = {}};
  for (const auto& [id, offset] : wanted) {
    const std::int64_t begin = ValueOf(state.begin, id);
    const std::int64_t end = ValueOf(state.end, id);
    if (begin == kNone || end == kNone) {
      return Bad(NameOf(id) + " is not a partition that the pipeline reads, or has no leader");
    }
    OffsetChange::Move move{.id = id, .before = ValueOf(state.committed, id), .after = offset};
    move.after = std::clamp(offset, begin, end);
    if (offset < begin) move.note = std::to_string(offset) + " is before the first record";
    if (offset > end) move.note = std::to_string(offset) + " is after the end";
    change.moves.push_back(std::move(move));
  }
  return change;
}

Result<Offsets> Offsets::Of(const KafkaUse& use, AdminClient& client,
                            const std::vector<std::string>& topics) {
  Offsets offsets(use, client);
  std::vector<std::string> names;
  for (const std::string& topic : topics) {
    const auto known = [&](const std::string& name) {
      return name == topic || name == use.topic_prefix + topic;
    };
    const auto found = std::ranges::find_if(use.source_topics, known);
    if (found == use.source_topics.end()) {
      return Bad("pipeline " + use.pipeline + " does not read the topic " + topic + ", but " +
                 Join(use.source_topics));
    }
    names.push_back(*found);
  }
  auto partitions = PartitionsOf(client, names.empty() ? use.source_topics : names);
  if (!partitions) return std::move(partitions).error();
  offsets.partitions_ = std::move(partitions).value();
  return offsets;
}

Result<PartitionOffsets> Offsets::Committed() {
  auto found = client_.Committed(use_.source->group, partitions_, true);
  if (found) std::erase_if(found.value(), [](const auto& at) { return at.second == kNone; });
  return found;
}

Result<OffsetState> Offsets::State(std::optional<std::int64_t> time_ms) {
  OffsetState state;
  auto committed = Committed();
  if (!committed) return std::move(committed).error();
  state.committed = std::move(committed).value();
  const auto ask = [this](std::int64_t time, PartitionOffsets& into) -> Status {
    auto found = client_.OffsetsAt(partitions_, time);
    if (!found) return std::move(found).error();
    into = std::move(found).value();
    return Ok();
  };
  SLUICE_TRY(ask(AdminClient::kEarliest, state.begin));
  SLUICE_TRY(ask(AdminClient::kLatest, state.end));
  if (time_ms) SLUICE_TRY(ask(*time_ms, state.at_time));
  return state;
}

Status Offsets::DemandNoMembers(const std::string& group) {
  const auto found = client_.Group(group);
  if (!found) return found.error();
  if (found.value().members.empty()) return Ok();
  return Error{ErrorKind::kRefused,
               "group " + group + " has members (" + MembersText(found.value()) +
                   "): stop them first; one that was killed is missed after its session time-out"};
}

Result<OffsetChange> Offsets::PlanTarget(const OffsetTarget& target) {
  SLUICE_TRY(DemandNoMembers(use_.source->group));
  const auto state = State(target.kind == Kind::kTime ? std::optional(target.value) : std::nullopt);
  if (!state) return state.error();
  const auto wanted = WantedOffsets(target, state.value());
  if (!wanted) return wanted.error();
  return PlanOffsets(use_.source->group, wanted.value(), state.value());
}

Result<OffsetChange> Offsets::PlanExact(const PartitionOffsets& wanted) {
  SLUICE_TRY(DemandNoMembers(use_.source->group));
  const auto state = State(std::nullopt);
  if (!state) return state.error();
  return PlanOffsets(use_.source->group, wanted, state.value());
}

Result<OffsetChange> Offsets::PlanFrom(const std::string& other_group) {
  if (other_group == use_.source->group) {
    return Bad("group " + other_group + " is the configuration's own: name the one to copy from");
  }
  SLUICE_TRY(DemandNoMembers(other_group));
  auto theirs = client_.Committed(other_group, partitions_, true);
  if (!theirs) return std::move(theirs).error();
  std::erase_if(theirs.value(), [](const auto& at) { return at.second == kNone; });
  if (theirs.value().empty()) {
    return Bad("group " + other_group + " has no committed offset for " + Join(use_.source_topics) +
               ": check its name, and that it is on this cluster");
  }
  return PlanExact(theirs.value());
}

Status Offsets::Make(OffsetChange& change) {
  PartitionOffsets offsets;
  for (const OffsetChange::Move& move : change.moves) offsets[move.id] = move.after;
  SLUICE_TRY(client_.SetCommitted(change.group, offsets));
  change.made = true;
  return Ok();
}

std::string ChangeText(const OffsetChange& change) {
  std::vector<std::vector<std::string>> rows = {{"TOPIC", "PARTITION", "BEFORE", "AFTER", "NOTE"}};
  for (const OffsetChange::Move& move : change.moves) {
    rows.push_back({move.id.topic, std::to_string(move.id.partition), Shown(move.before),
                    std::to_string(move.after), move.note});
  }
  return "group " + change.group +
         (change.made ? ": offsets were set\n"
                      : ": dry run, nothing was changed; add --execute to set them\n") +
         TextTable(rows, {1, 2, 3});
}

std::string ChangeJson(const OffsetChange& change) {
  return JsonObject([&](JsonWriter& json) {
    Put(json, "group", change.group);
    PutName(json, "executed");
    json.Bool(change.made);
    PutList(json, "partitions", change.moves, [](JsonWriter& to, const OffsetChange::Move& move) {
      to.StartObject();
      Put(to, "topic", move.id.topic);
      Put(to, "partition", std::int64_t{move.id.partition});
      PutIf(to, "before", move.before != kNone, move.before);
      Put(to, "after", move.after);
      Put(to, "note", move.note);
      to.EndObject();
    });
  });
}

}  // namespace sluice
