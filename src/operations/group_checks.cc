#include "operations/group_checks.h"

#include <algorithm>
#include <set>
#include <vector>

#include "kafka/group_offsets.h"
#include "operations/text_table.h"
#include "util/join.h"

namespace sluice {
namespace {

constexpr std::size_t kMostNamed = 5;
constexpr std::int64_t kNone = PartitionLag::kNone;

/// "a[0], a[1] and 3 more"
std::string Named(std::vector<std::string> names) {
  if (names.size() <= kMostNamed) return Join(names);
  const std::string more = std::to_string(names.size() - kMostNamed);
  names.resize(kMostNamed);
  return Join(names) + " and " + more + " more";
}

std::string NameOf(const PartitionLag& partition) {
  return kafka::PartitionName(partition.id.topic, partition.id.partition);
}

class GroupCheck {
 public:
  GroupCheck(const LagReport& report, const GroupDemands& demands, Findings& findings)
      : report_(report),
        demands_(demands),
        findings_(findings),
        subject_("group " + report.group) {}

  void Run() {
    CheckMembers();
    CheckWorkers();
    CheckMissingOffsets();
    CheckRange();
    CheckRetention();
    if (good_) Describe();
  }

 private:
  void CheckMembers() {
    std::set<std::string> strangers;
    for (const kafka::GroupMember& member : report_.description.members) {
      // Daemons of a pipeline call themselves so.
      if (member.client_id == "sluice-" + demands_.pipeline) continue;
      strangers.insert(member.client_id + " at " + member.host);
    }
    if (strangers.empty()) return;
    Fail("group_strangers",
         "has members that are not this pipeline: " + Named({strangers.begin(), strangers.end()}),
         "stop them (a Flink job?) before a run, or give this pipeline a group of its own");
  }

  void CheckWorkers() {
    const std::size_t partitions = report_.partitions.size();
    if (static_cast<std::size_t>(demands_.workers) <= partitions) return;
    Warn("group_idle_workers",
         std::to_string(demands_.workers) + " workers for " + std::to_string(partitions) +
             " partition(s): the others have nothing to do",
         "lower `workers`, or add partitions");
  }

  void CheckMissingOffsets() {
    std::vector<std::string> missing;
    for (const PartitionLag& partition : report_.partitions) {
      const bool empty = partition.end == 0;  // Wherever it starts is the same.
      if (partition.committed == kNone && !empty) missing.push_back(NameOf(partition));
    }
    if (missing.empty()) return;
    const std::string text = "has no committed offset for " + Named(missing) +
                             " (never committed, or forgotten after offsets.retention.minutes)";
    const std::string set =
        "set one: sluice offsets set " + demands_.file + " --to earliest|latest|datetime=...";
    switch (demands_.reset) {
      case kafka::OffsetReset::kError:
        Fail("group_no_offsets", text + ", and auto_offset_reset is error", set);
        break;
      case kafka::OffsetReset::kEarliest:
        Warn("group_no_offsets", text + ": all that the topic holds will come out", set);
        break;
      case kafka::OffsetReset::kLatest:
        Warn("group_no_offsets", text + ": what the topic holds will be skipped", set);
        break;
    }
  }

  void CheckRange() {
    std::vector<std::string> before;
    std::vector<std::string> after;
    for (const PartitionLag& partition : report_.partitions) {
      if (partition.committed == kNone || partition.end == kNone) continue;
      if (partition.committed < partition.begin) before.push_back(NameOf(partition));
      if (partition.committed > partition.end) after.push_back(NameOf(partition));
    }
    if (!before.empty()) {
      Fail("group_behind_log_start",
           "records of " + Named(before) + " were deleted before they were read",
           "go on at the first ones left: sluice offsets set " + demands_.file +
               " --to shift-by=0 --execute");
    }
    if (!after.empty()) {
      Fail("group_after_end",
           "is committed beyond the end of " + Named(after) +
               ", which was made anew or lost records",
           "set it: sluice offsets set " + demands_.file + " --to earliest --topic ...");
    }
  }

  void CheckRetention() {
    std::vector<std::string> late;
    std::int64_t retention = 0;
    for (const PartitionLag& partition : report_.partitions) {
      const auto found = demands_.retention_ms.find(partition.id.topic);
      if (found == demands_.retention_ms.end() || found->second <= 0) continue;
      const double half = static_cast<double>(found->second) / 2;
      if (partition.seconds.value_or(0) * 1000 <= half) continue;
      late.push_back(NameOf(partition));
      retention = found->second;
    }
    if (late.empty()) return;
    Warn("group_near_retention",
         "is behind by more than half of the retention (" + DurationText(retention) + ") on " +
             Named(late) + ": records will be deleted unread",
         "start it, add workers, or raise retention.ms");
  }

  void Describe() {
    std::int64_t records = 0;
    double seconds = 0;
    for (const PartitionLag& partition : report_.partitions) {
      records += partition.records.value_or(0);
      seconds = std::max(seconds, partition.seconds.value_or(0));
    }
    std::string text = report_.description.state + ", ";
    text += std::to_string(report_.description.members.size()) + " member(s), lag ";
    text += std::to_string(records) + " record(s), ";
    text += std::to_string(static_cast<std::int64_t>(seconds)) + " s";
    findings_.Ok("group", subject_, text);
  }

  void Fail(const char* code, const std::string& text, const std::string& advice) {
    findings_.Fail(code, subject_, text, advice);
    good_ = false;
  }
  void Warn(const char* code, const std::string& text, const std::string& advice) {
    findings_.Warn(code, subject_, text, advice);
    good_ = false;
  }

  const LagReport& report_;
  const GroupDemands& demands_;
  Findings& findings_;
  const std::string subject_;
  bool good_ = true;
};

}  // namespace

void CheckGroup(const LagReport& report, const GroupDemands& demands, Findings& findings) {
  GroupCheck(report, demands, findings).Run();
}

}  // namespace sluice
