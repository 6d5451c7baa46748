#include "daemon/flow_builder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "config/guarantee.h"
#include "engine/flow_plan.h"

namespace sluice {
namespace {

const std::vector<double> kStageSeconds = {0.00001, 0.00005, 0.0001, 0.0005, 0.001,
                                           0.005,   0.01,    0.05,   0.1,    1};

/// One pipeline on its way to a Flow::Part.
struct Draft {
  Flow::Part part;
  PipelineTopics topics;  ///< `writes` are by TopicId.
  FlowGraph::Pipeline graph;
};

Result<std::vector<NamedStage>> BuildStages(const SharedResources& shared,
                                            const PipelineConfig& config,
                                            WorkerResources& resources,
                                            FlowGraph::Pipeline& graph) {
  std::vector<NamedStage> stages;
  std::map<std::string, int> seen;
  for (const StageConfig& stage_config : config.stages) {
    auto stage = stage_config.spec->build(*stage_config.node, resources);
    if (!stage) return std::move(stage).error().Wrap(stage_config.node->where());
    // A stage that stands twice gets a number: route, route_2.
    const int nth = ++seen[stage_config.spec->name];
    std::string name = stage_config.spec->name + (nth > 1 ? "_" + std::to_string(nth) : "");
    Histogram& duration = shared.metrics.HistogramOf(
        "sluice_stage_duration_seconds", "Time that a stage takes for a batch, without waiting.",
        {{"pipeline", config.name}, {"stage", name}}, kStageSeconds);
    WorkerResources::Use use = resources.TakeUse();
    graph.stages.push_back({name, stage_config.spec->summary, std::move(use.topics),
                            std::move(use.side_outputs), std::move(use.stores)});
    stages.push_back({std::move(name), std::move(stage).value(), &duration});
  }
  return stages;
}

RecordForm FormOf(const std::string& records) {
  if (records == "batches") return RecordForm::kBatch;
  return records == "bytes" ? RecordForm::kBytes : RecordForm::kEvent;
}

Result<Draft> BuildPart(SharedResources& shared, const PipelineConfig& config) {
  WorkerResources resources(shared, config);
  Draft draft;
  Flow::Part& part = draft.part;
  draft.graph.name = config.name;
  auto stages = BuildStages(shared, config, resources, draft.graph);
  if (!stages) return std::move(stages).error();
  part.stages = std::move(stages).value();
  part.records = FormOf(config.records);
  part.batch.max_events = shared.config.batch_max_events;
  part.names.pipeline = config.name;
  part.observer = shared.observer;
  for (const auto& [name, topic] : config.side_outputs) {
    part.outputs.side_outputs.push_back({name, resources.Topic(topic)});
    part.names.side_outputs.push_back(name);
    draft.graph.side_outputs.emplace_back(name, resources.TopicName(topic));
  }
  auto failed = resources.SideOutput("failed");
  if (!failed) return std::move(failed).error();
  part.outputs.failed = failed.value();
  for (const std::string& pointer : config.sink.key) part.outputs.key.emplace_back(pointer);
  part.outputs.position_header = config.sink.position_header;
  part.outputs.max_record_bytes = config.sink.max_record_bytes;
  for (const NamedStage& stage : part.stages) part.names.stages.push_back(stage.name);
  part.names.topics = resources.topics();
  part.names.job_counters = resources.counters();
  draft.topics = {config.name, {}, resources.topics()};
  for (const std::string& topic : config.source.traits.topics) {
    draft.topics.reads.push_back(resources.TopicName(topic));
  }
  return draft;
}

std::size_t IndexIn(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

/// Where each topic of `writer` goes.
std::vector<OutputSettings::Topic> TopicsOf(const Draft& writer, const std::vector<Draft>& drafts,
                                            const FlowPlan& plan) {
  std::vector<OutputSettings::Topic> topics;
  for (const std::string& name : writer.topics.writes) {
    OutputSettings::Topic& topic = topics.emplace_back();
    topic.name = name;
    const std::size_t sink = IndexIn(plan.sink_topics, name);
    if (sink < plan.sink_topics.size()) topic.sink = static_cast<TopicId>(sink);
    for (std::size_t i = 0; i < plan.order.size(); ++i) {
      const auto& reads = drafts[plan.order[i]].topics.reads;
      if (std::ranges::find(reads, name) != reads.end()) topic.readers.push_back(i);
    }
  }
  return topics;
}

std::vector<std::string> WithPrefix(const PipelineConfig& config,
                                    const std::vector<std::string>& topics) {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const std::string& topic : topics) names.push_back(config.topic_prefix + topic);
  return names;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return IndexIn(names, name) < names.size();
}

FlowGraph GraphOf(const PipelineConfig& config, const std::vector<Draft>& drafts,
                  const FlowPlan& plan) {
  FlowGraph graph;
  graph.sink_topics = plan.sink_topics;
  for (const std::size_t i : plan.order) {
    FlowGraph::Pipeline pipeline = drafts[i].graph;
    for (const std::string& topic : drafts[i].topics.reads) {
      const bool from_memory = std::ranges::any_of(drafts, [&](const Draft& draft) {
        return drafts.size() > 1 && Contains(draft.topics.writes, topic);
      });
      pipeline.reads.push_back({topic, Contains(plan.from_source[i], topic), from_memory});
    }
    graph.pipelines.push_back(std::move(pipeline));
  }
  const auto add_stores = [&](const PipelineConfig& part) {
    for (const StoreConfig& store : part.stores) {
      if (std::ranges::find(graph.stores, store.name, &FlowGraph::Store::name) ==
          graph.stores.end()) {
        graph.stores.push_back({store.name, store.spec->name});
      }
    }
  };
  if (config.parts.empty()) add_stores(config);
  for (const PipelineConfig& part : config.parts) add_stores(part);
  return graph;
}

Result<FlowPlan> Plan(const PipelineConfig& config, const std::vector<Draft>& drafts) {
  std::vector<PipelineTopics> topics;
  topics.reserve(drafts.size());
  for (const Draft& draft : drafts) topics.push_back(draft.topics);
  const bool fused = !config.parts.empty();
  // Topics of two systems may have the same name.
  if (!fused && !IsOneSystem(config)) {
    return FlowPlan{{0}, topics[0].reads, topics[0].writes, {topics[0].reads}};
  }
  const KeepTopics keep{config.keep_all, WithPrefix(config, config.keep)};
  const auto named = WithPrefix(config, config.source.traits.topics);
  // What a topic gets from others is read beside what comes by memory.
  auto plan = PlanFlow(topics, keep, fused ? named : std::vector<std::string>());
  if (!plan) return plan;
  const std::vector<std::string>& read = plan.value().source_topics;
  for (const std::string& topic : named) {
    if (std::ranges::find(read, topic) != read.end()) continue;
    return config.source.node->Complain("no pipeline reads the topic " + topic +
                                        " from the source");
  }
  return plan;
}

}  // namespace

Result<BuiltFlow> BuildFlow(SharedResources& shared) {
  const PipelineConfig& config = shared.config;
  std::vector<Draft> drafts;
  const auto add = [&](const PipelineConfig& part) -> Status {
    auto draft = BuildPart(shared, part);
    if (!draft) return std::move(draft).error();
    drafts.push_back(std::move(draft).value());
    return Ok();
  };
  if (config.parts.empty()) SLUICE_TRY(add(config));
  for (const PipelineConfig& part : config.parts) SLUICE_TRY(add(part));
  auto planned = Plan(config, drafts);
  if (!planned) return std::move(planned).error();
  const FlowPlan& plan = planned.value();
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    drafts[i].part.outputs.topics = TopicsOf(drafts[i], drafts, plan);
    drafts[i].part.reads = plan.from_source[i];
  }
  FlowGraph graph = GraphOf(config, drafts, plan);
  std::vector<Flow::Part> parts;
  for (const std::size_t i : plan.order) parts.push_back(std::move(drafts[i].part));
  auto flow =
      std::make_unique<Flow>(std::move(parts), shared.metrics, config.transaction.max_output_bytes);
  return BuiltFlow{std::move(flow), plan.source_topics, plan.sink_topics, std::move(graph)};
}

}  // namespace sluice
