#include "engine/flow_plan.h"

#include <algorithm>

namespace sluice {
namespace {

using Names = std::vector<std::string>;

bool Has(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

void AddOnce(Names& names, const std::string& name) {
  if (!Has(names, name)) names.push_back(name);
}

Error Invalid(std::string message) { return {ErrorKind::kInvalidConfig, std::move(message)}; }

/// What connects two pipelines; "" if nothing does.
std::string Edge(const PipelineTopics& writer, const PipelineTopics& reader) {
  for (const std::string& topic : writer.writes) {
    if (Has(reader.reads, topic)) return topic;
  }
  return "";
}

/// Takes, again and again, the first pipeline that nothing outstanding writes to.
Result<std::vector<std::size_t>> Sort(const std::vector<PipelineTopics>& pipelines) {
  std::vector<std::size_t> order;
  std::vector<bool> done(pipelines.size(), false);
  const auto waits_for = [&](std::size_t reader) {
    for (std::size_t writer = 0; writer < pipelines.size(); ++writer) {
      if (!done[writer] && !Edge(pipelines[writer], pipelines[reader]).empty()) return writer;
    }
    return pipelines.size();
  };
  while (order.size() < pipelines.size()) {
    std::size_t next = 0;
    while (next < pipelines.size() && (done[next] || waits_for(next) < pipelines.size())) ++next;
    if (next == pipelines.size()) {
      const auto reader = static_cast<std::size_t>(std::ranges::find(done, false) - done.begin());
      const std::size_t writer = waits_for(reader);
      return Invalid("pipelines feed each other in a circle: " + pipelines[writer].name +
                     " writes " + Edge(pipelines[writer], pipelines[reader]) + ", which " +
                     pipelines[reader].name + " reads");
    }
    done[next] = true;
    order.push_back(next);
  }
  return order;
}

}  // namespace

Result<FlowPlan> PlanFlow(const std::vector<PipelineTopics>& pipelines, const KeepTopics& keep,
                          const std::vector<std::string>& also_read) {
  FlowPlan plan;
  Names written;
  Names read;
  for (const PipelineTopics& pipeline : pipelines) {
    const std::string own = Edge(pipeline, pipeline);
    if (!own.empty()) {
      return Invalid(pipeline.name + " reads the topic " + own +
                     " and writes it: it would feed itself for ever");
    }
    for (const std::string& topic : pipeline.writes) AddOnce(written, topic);
    for (const std::string& topic : pipeline.reads) AddOnce(read, topic);
  }
  for (const std::string& topic : keep.topics) {
    if (!Has(written, topic)) return Invalid("keep: no pipeline writes the topic " + topic);
  }
  for (const std::string& topic : also_read) {
    if (!Has(read, topic)) return Invalid("source: no pipeline reads the topic " + topic);
    if (Has(written, topic) && (keep.all || Has(keep.topics, topic))) {
      return Invalid("source: the topic " + topic +
                     " is kept, so that what is written to it would be read again");
    }
  }
  auto order = Sort(pipelines);
  if (!order) return std::move(order).error();
  plan.order = std::move(order).value();
  for (const std::string& topic : read) {
    if (!Has(written, topic) || Has(also_read, topic)) plan.source_topics.push_back(topic);
  }
  for (const std::string& topic : written) {
    if (!Has(read, topic) || keep.all || Has(keep.topics, topic)) plan.sink_topics.push_back(topic);
  }
  for (const PipelineTopics& pipeline : pipelines) {
    Names& from_source = plan.from_source.emplace_back();
    for (const std::string& topic : pipeline.reads) {
      if (Has(plan.source_topics, topic)) from_source.push_back(topic);
    }
  }
  return plan;
}

}  // namespace sluice
