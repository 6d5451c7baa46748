#include "operations/lag.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "operations/json_output.h"
#include "operations/text_table.h"

namespace sluice {
namespace {

constexpr std::int64_t kNone = PartitionLag::kNone;

std::int64_t ValueOf(const kafka::PartitionOffsets& offsets, const kafka::PartitionId& id) {
  const auto found = offsets.find(id);
  return found == offsets.end() ? kNone : found->second;
}

std::string Shown(std::int64_t offset) { return offset == kNone ? "-" : std::to_string(offset); }

std::string ShownSeconds(const std::optional<double>& seconds) {
  if (!seconds) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", *seconds);
  return text.data();
}

std::string NoteOf(const PartitionLag& partition) {
  if (partition.end == kNone) return "no leader: its offsets are not known";
  if (partition.committed == kNone) return "no committed offset";
  if (partition.committed < partition.begin) {
    return std::to_string(partition.begin - partition.committed) +
           " records were deleted before they were read";
  }
  return partition.committed > partition.end ? "committed offset is after the end" : "";
}

/// Records and seconds of each partition, once its offsets are known.
void AddLag(kafka::AdminClient& client, kafka::OffsetReset reset, const Clock& clock,
            std::vector<PartitionLag>& partitions) {
  kafka::PartitionOffsets behind;
  for (PartitionLag& partition : partitions) {
    const auto start = StartOf(partition, reset);
    if (!start || partition.end == kNone) continue;
    partition.records = std::max<std::int64_t>(partition.end - *start, 0);
    if (*partition.records == 0) {
      partition.seconds = 0;
    } else {
      behind[partition.id] = *start;
    }
  }
  const kafka::PartitionOffsets times = client.TimestampsAt(behind);
  const std::int64_t now = clock.NowMs();
  for (PartitionLag& partition : partitions) {
    if (const auto time = times.find(partition.id); time != times.end()) {
      partition.seconds =
          static_cast<double>(std::max<std::int64_t>(now - time->second, 0)) / 1000.0;
    }
  }
}

}  // namespace

std::optional<std::int64_t> StartOf(const PartitionLag& partition, kafka::OffsetReset reset) {
  if (partition.committed != kNone) return std::max(partition.committed, partition.begin);
  if (reset == kafka::OffsetReset::kError || partition.end == kNone) return std::nullopt;
  return reset == kafka::OffsetReset::kEarliest ? partition.begin : partition.end;
}

Result<LagReport> ReadLag(const KafkaUse& use, kafka::AdminClient& client, const Clock& clock) {
  LagReport report{.group = use.source->group, .description = {}, .partitions = {}};
  const auto partitions = PartitionsOf(client, use.source_topics);
  if (!partitions) return partitions.error();
  auto group = client.Group(report.group);
  if (!group) return std::move(group).error();
  report.description = std::move(group).value();
  const auto committed = client.Committed(report.group, partitions.value(), false);
  if (!committed) return committed.error();
  const auto begin = client.OffsetsAt(partitions.value(), kafka::AdminClient::kEarliest);
  if (!begin) return begin.error();
  const auto end = client.OffsetsAt(partitions.value(), kafka::AdminClient::kLatest);
  if (!end) return end.error();
  for (const kafka::PartitionId& id : partitions.value()) {
    report.partitions.push_back({.id = id,
                                 .committed = ValueOf(committed.value(), id),
                                 .begin = ValueOf(begin.value(), id),
                                 .end = ValueOf(end.value(), id)});
  }
  AddLag(client, use.source->auto_offset_reset, clock, report.partitions);
  return report;
}

std::string LagText(const LagReport& report) {
  std::string text = "group " + report.group + ": " + report.description.state + ", ";
  text += std::to_string(report.description.members.size()) + " member(s)\n";
  std::vector<std::vector<std::string>> rows = {
      {"TOPIC", "PARTITION", "COMMITTED", "FIRST", "END", "RECORDS", "SECONDS", "NOTE"}};
  std::int64_t total = 0;
  double oldest = 0;
  for (const PartitionLag& partition : report.partitions) {
    rows.push_back({partition.id.topic, std::to_string(partition.id.partition),
                    Shown(partition.committed), Shown(partition.begin), Shown(partition.end),
                    Shown(partition.records.value_or(kNone)), ShownSeconds(partition.seconds),
                    NoteOf(partition)});
    total += partition.records.value_or(0);
    oldest = std::max(oldest, partition.seconds.value_or(0));
  }
  rows.push_back({"total", "", "", "", "", std::to_string(total), ShownSeconds(oldest), ""});
  return text + TextTable(rows, {1, 2, 3, 4, 5, 6});
}

std::string LagJson(const LagReport& report) {
  return JsonObject([&](JsonWriter& json) {
    Put(json, "group", report.group);
    Put(json, "state", report.description.state);
    PutList(json, "members", report.description.members,
            [](JsonWriter& to, const kafka::GroupMember& member) {
              to.StartObject();
              Put(to, "client_id", member.client_id);
              Put(to, "host", member.host);
              to.EndObject();
            });
    PutList(json, "partitions", report.partitions,
            [](JsonWriter& to, const PartitionLag& partition) {
              to.StartObject();
              Put(to, "topic", partition.id.topic);
              Put(to, "partition", std::int64_t{partition.id.partition});
              PutIf(to, "committed", partition.committed != kNone, partition.committed);
              PutIf(to, "first", partition.begin != kNone, partition.begin);
              PutIf(to, "end", partition.end != kNone, partition.end);
              PutIf(to, "records", partition.records.has_value(), partition.records.value_or(0));
              PutName(to, "seconds");
              partition.seconds ? to.Double(*partition.seconds) : to.Null();
              Put(to, "note", NoteOf(partition));
              to.EndObject();
            });
  });
}

}  // namespace sluice
