#include "engine/status_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "sluice/arena.h"
#include "util/timestamp.h"

namespace sluice {
namespace {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteName(JsonWriter& json, std::string_view name) {
  json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void WriteText(JsonWriter& json, std::string_view name, std::string_view text) {
  WriteName(json, name);
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteCount(JsonWriter& json, std::string_view name, std::uint64_t count) {
  WriteName(json, name);
  json.Uint64(count);
}

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

/// An array of what `write` writes of each element.
void WriteList(JsonWriter& json, std::string_view name, const auto& elements, const auto& write) {
  WriteName(json, name);
  json.StartArray();
  for (const auto& element : elements) write(json, element);
  json.EndArray();
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
  json.EndObject();
}

void WritePartition(JsonWriter& json, const PartitionStatus& partition) {
  const bool known = partition.committed != PartitionStatus::kUnknown &&
                     partition.end != PartitionStatus::kUnknown;
  const std::int64_t lag = std::max<std::int64_t>(0, partition.end - partition.committed);
  json.StartObject();
  WriteText(json, "topic", partition.topic);
  WriteName(json, "partition");
  json.Int(partition.partition);
  WriteOffset(json, "committed", partition.committed);
  WriteOffset(json, "end", partition.end);
  WriteOffset(json, "lag", known ? lag : PartitionStatus::kUnknown);
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
  WriteList(json, "partitions", worker.partitions, WritePartition);
  WriteList(json, "pipelines", worker.pipelines, WritePipeline);
  json.EndObject();
}

}  // namespace

std::string StatusJson(const ProcessStatus& process,
                       const std::vector<StatusSlot::Snapshot>& workers) {
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
  WriteList(json, "workers", workers, WriteWorker);
  json.EndObject();
  return buffer.GetString();
}

}  // namespace sluice
