#include "engine/flow_graph.h"

#include "engine/json_fields.h"

namespace sluice {
namespace {

void WriteStage(JsonWriter& json, const FlowGraph::Stage& stage) {
  json.StartObject();
  WriteText(json, "stage", stage.name);
  WriteText(json, "summary", stage.summary);
  WriteTexts(json, "topics", stage.topics);
  WriteTexts(json, "side_outputs", stage.side_outputs);
  WriteTexts(json, "stores", stage.stores);
  json.EndObject();
}

void WriteInput(JsonWriter& json, const FlowGraph::Input& input) {
  json.StartObject();
  WriteText(json, "topic", input.topic);
  WriteName(json, "from_source");
  json.Bool(input.from_source);
  WriteName(json, "from_memory");
  json.Bool(input.from_memory);
  json.EndObject();
}

void WritePipeline(JsonWriter& json, const FlowGraph::Pipeline& pipeline) {
  json.StartObject();
  WriteText(json, "pipeline", pipeline.name);
  WriteList(json, "reads", pipeline.reads, WriteInput);
  WriteList(json, "stages", pipeline.stages, WriteStage);
  WriteName(json, "side_outputs");
  json.StartObject();
  for (const auto& [name, topic] : pipeline.side_outputs) WriteText(json, name, topic);
  json.EndObject();
  json.EndObject();
}

void WriteStore(JsonWriter& json, const FlowGraph::Store& store) {
  json.StartObject();
  WriteText(json, "store", store.name);
  WriteText(json, "kind", store.kind);
  json.EndObject();
}

}  // namespace

std::string FlowGraphJson(const FlowGraph& graph) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  WriteList(json, "pipelines", graph.pipelines, WritePipeline);
  WriteTexts(json, "sink_topics", graph.sink_topics);
  WriteList(json, "stores", graph.stores, WriteStore);
  json.EndObject();
  return buffer.GetString();
}

}  // namespace sluice
