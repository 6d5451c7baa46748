#include "engine/status_json.h"

#include <algorithm>
#include <cmath>

#include "engine/json_fields.h"
#include "sluice/arena.h"
#include "util/timestamp.h"

namespace sluice {
namespace {

void WriteTime(JsonWriter& json, std::string_view name, std::int64_t ms) {
  WriteName(json, name);
  Arena arena(64);
  const std::string_view text = ms == 0 ? std::string_view() : FormatTimestamp(ms, arena);
  ms == 0 ? json.Null() : json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteOffset(JsonWriter& json, std::string_view name, std::int64_t offset) {
  WriteName(json, name);
  offset == PartitionStatus::kUnknown ? json.Null() : json.Int64(offset);
}

/// `counts` are pairs of a name and a number.
void WriteCounts(JsonWriter& json, std::string_view name, const auto& counts) {
  WriteName(json, name);
  json.StartObject();
  for (const auto& [key, count] : counts) WriteCount(json, key, count);
  json.EndObject();
}

/// A time span or another number with at most one decimal.
void WriteNumber(JsonWriter& json, std::string_view name, double number) {
  WriteName(json, name);
  json.Double(std::round(number * 10) / 10);
}

void WriteFailure(JsonWriter& json, const Failure& failure) {
  json.StartObject();
  WriteText(json, "stage", failure.stage);
  WriteText(json, "reason", failure.reason);
  WriteText(json, "eid", failure.eid);
  WriteText(json, "pointer", failure.pointer);
  WriteText(json, "keyword", failure.keyword);
  WriteCount(json, "events", failure.count);
  WriteText(json, "position", failure.position);
  WriteText(json, "sample", failure.sample);
  json.EndObject();
}

void WriteRouted(JsonWriter& json, const PipelineStatus::Routed& routed) {
  json.StartObject();
  WriteText(json, "stage", routed.stage);
  WriteText(json, "topic", routed.topic);
  WriteCount(json, "records", routed.count);
  json.EndObject();
}

void WriteDiverted(JsonWriter& json, const PipelineStatus::Diverted& diverted) {
  json.StartObject();
  WriteText(json, "stage", diverted.stage);
  WriteText(json, "side_output", diverted.side_output);
  WriteText(json, "reason", diverted.reason);
  WriteCount(json, "events", diverted.count);
  json.EndObject();
}

void WritePoint(JsonWriter& json, const HistoryPoint& point) {
  const auto transactions = static_cast<double>(std::max<std::uint64_t>(1, point.transactions));
  json.StartObject();
  WriteTime(json, "end", point.end_ms);
  WriteNumber(json, "seconds", static_cast<double>(point.length_ms) / 1000);
  WriteCount(json, "transactions", point.transactions);
  WriteCount(json, "records", point.records);
  WriteCount(json, "most_records", point.most_records);
  WriteNumber(json, "mean_ms", point.total_ms / transactions);
  WriteNumber(json, "longest_ms", point.longest_ms);
  WriteNumber(json, "mean_commit_ms", point.commit_ms / transactions);
  WriteOffset(json, "age_p50_ms", point.age_p50_ms);
  WriteOffset(json, "age_p99_ms", point.age_p99_ms);
  json.EndObject();
}

void WritePipeline(JsonWriter& json, const PipelineStatus& pipeline) {
  json.StartObject();
  WriteText(json, "pipeline", pipeline.name);
  WriteCount(json, "received", pipeline.ledger.received);
  WriteCount(json, "created", pipeline.ledger.created);
  WriteCount(json, "emitted", pipeline.ledger.emitted);
  WriteCount(json, "diverted", pipeline.ledger.diverted);
  WriteCount(json, "dropped", pipeline.ledger.dropped);
  WriteName(json, "unaccounted");
  json.Int64(pipeline.ledger.Unaccounted());
  WriteCounts(json, "stages", pipeline.stages);
  WriteCounts(json, "topics", pipeline.topics);
  WriteList(json, "routed", pipeline.routed, WriteRouted);
  WriteList(json, "diverted_by", pipeline.diverted, WriteDiverted);
  WriteCounts(json, "dropped_by", pipeline.dropped);
  WriteList(json, "failures", pipeline.failures, WriteFailure);
  json.EndObject();
}

/// How long ago the last committed record was written, where there are more behind it.
void WriteLagSeconds(JsonWriter& json, const PartitionStatus& partition, std::int64_t lag,
                     std::int64_t now_ms) {
  const std::int64_t age = std::max<std::int64_t>(0, now_ms - partition.committed_ms);
  if (lag == 0) {
    WriteNumber(json, "lag_seconds", 0);
  } else if (lag > 0 && partition.committed_ms > 0) {
    WriteNumber(json, "lag_seconds", static_cast<double>(age) / 1000);
  } else {
    WriteOffset(json, "lag_seconds", PartitionStatus::kUnknown);
  }
}

void WritePartition(JsonWriter& json, const PartitionStatus& partition, std::int64_t now_ms) {
  const bool known = partition.committed != PartitionStatus::kUnknown &&
                     partition.end != PartitionStatus::kUnknown;
  const std::int64_t lag = known ? std::max<std::int64_t>(0, partition.end - partition.committed)
                                 : PartitionStatus::kUnknown;
  json.StartObject();
  WriteText(json, "topic", partition.topic);
  WriteName(json, "partition");
  json.Int(partition.partition);
  WriteOffset(json, "committed", partition.committed);
  WriteOffset(json, "end", partition.end);
  WriteOffset(json, "lag", lag);
  WriteLagSeconds(json, partition, lag, now_ms);
  if (!partition.stalled.empty()) WriteText(json, "stalled", partition.stalled);
  json.EndObject();
}

void WriteWorker(JsonWriter& json, const StatusSlot::Snapshot& snapshot) {
  const WorkerStatus& worker = *snapshot;
  json.StartObject();
  WriteText(json, "worker", worker.worker);
  WriteText(json, "state", WorkerStateName(worker.state));
  WriteText(json, "reason", worker.reason);
  WriteTime(json, "since", worker.since_ms);
  WriteTime(json, "taken", worker.taken_ms);
  WriteTime(json, "last_commit", worker.last_commit_ms);
  WriteCount(json, "transactions", worker.transactions);
  WriteCount(json, "records", worker.records);
  WriteName(json, "records_per_second");
  json.Int64(std::llround(worker.records_per_second));
  WriteCounts(json, "failures", worker.failures);
  WriteList(json, "partitions", worker.partitions,
            [&](JsonWriter& to, const PartitionStatus& partition) {
              WritePartition(to, partition, worker.taken_ms);
            });
  WriteList(json, "pipelines", worker.pipelines, WritePipeline);
  if (worker.history != nullptr) WriteList(json, "history", *worker.history, WritePoint);
  json.EndObject();
}

}  // namespace

std::string StatusJson(const ProcessStatus& process,
                       const std::vector<StatusSlot::Snapshot>& workers, const ProcessView& view) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  WriteText(json, "name", "sluice");
  WriteText(json, "version", process.version);
  WriteText(json, "pipeline", process.pipeline);
  WriteText(json, "delivery", process.delivery);
  WriteText(json, "source", process.source);
  WriteText(json, "sink", process.sink);
  WriteTime(json, "started", process.started_ms);
  WriteTime(json, "now", view.now_ms);
  WriteTexts(json, "not_ready", view.not_ready);
  WriteList(json, "workers", workers, WriteWorker);
  WriteName(json, "stores");
  json.StartObject();
  for (const auto& [store, samples] : view.stores) {
    WriteName(json, store);
    json.StartObject();
    for (const auto& [sample, value] : samples) {
      WriteName(json, sample);
      json.Double(value);
    }
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
  return buffer.GetString();
}

}  // namespace sluice
