#include "operations/store_checks.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "daemon/log.h"
#include "metrics/prometheus_metrics.h"

namespace sluice {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// The longest time that a stage keeps what it claims in the store.
std::chrono::milliseconds TtlOf(const PipelineConfig& pipeline, const std::string& store) {
  std::chrono::milliseconds ttl{};
  for (const StageConfig& stage : pipeline.stages) {
    if (stage.node->kind() != ConfigNode::Kind::kMap || stage.node->String("store") != store) {
      continue;
    }
    ttl = std::max(ttl, stage.node->Duration("ttl"));
  }
  return ttl;
}

/// The same for stores that are one.
std::string IdentityOf(const StoreConfig& store) {
  std::string identity = store.spec->name + ' ' + store.name;
  for (const auto& [key, value] : store.node->members()) {
    identity += '\n' + key + '=' + value->text();
    for (const auto& [inner, text] : value->members()) identity += ' ' + inner + '=' + text->text();
  }
  return identity;
}

}  // namespace

void ExamineStores(const StoreCheck& check, const PipelineConfig& config, Findings& findings) {
  PrometheusMetrics metrics;
  SharedObjects shared;
  std::set<std::string> seen;
  const auto examine = [&](const PipelineConfig& pipeline) {
    for (const StoreConfig& store : pipeline.stores) {
      const StoreDemand demand{.claims = Has(check.use.claimed, store.name),
                               .lookups = Has(check.use.looked_up, store.name),
                               .writes = Has(check.use.written, store.name),
                               .events_per_second = check.events_per_second,
                               .ttl = TtlOf(pipeline, store.name)};
      const bool used = demand.claims || demand.lookups || demand.writes;
      if (!used || !store.spec->examine || !seen.insert(IdentityOf(store)).second) continue;
      const StoreContext context{.name = store.name,
                                 .scope = pipeline.name,
                                 .clock = check.clock,
                                 .metrics = metrics,
                                 .log = NoLog(),
                                 .shared = shared,
                                 .stop = {}};
      findings.Append(store.spec->examine(*store.node, context, demand));
    }
  };
  examine(config);
  for (const PipelineConfig& part : config.parts) examine(part);
}

}  // namespace sluice
