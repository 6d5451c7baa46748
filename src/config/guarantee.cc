#include "config/guarantee.h"

#include <algorithm>

#include "util/join.h"

namespace sluice {
namespace {

/// True if a record that is written twice says so itself.
bool HasPositions(const PipelineConfig& config) {
  if (!config.sink.traits.writes_headers) return false;
  if (config.parts.empty()) return config.sink.position_header;
  return std::ranges::all_of(config.parts,
                             [](const PipelineConfig& part) { return part.sink.position_header; });
}

/// Stores of the file and of its parts that forget what they held at a restart.
void AddForgetful(const PipelineConfig& config, const std::vector<std::string>& claim_stores,
                  std::vector<std::string>& names) {
  for (const StoreConfig& store : config.stores) {
    const bool claims = std::ranges::find(claim_stores, store.name) != claim_stores.end();
    const bool known = std::ranges::find(names, store.name) != names.end();
    if (claims && !known && !store.spec->durable) names.push_back(store.name);
  }
  for (const PipelineConfig& part : config.parts) AddForgetful(part, claim_stores, names);
}

}  // namespace

bool IsOneSystem(const PipelineConfig& config) {
  const std::string& domain = config.source.traits.commit_domain;
  return !domain.empty() && domain == config.sink.traits.commit_domain;
}

bool CommitsJointly(const PipelineConfig& config) {
  // A sink that keeps the checkpoint has it in one step whatever was asked for.
  return IsOneSystem(config) && (config.exactly_once || config.sink.traits.keeps_checkpoint);
}

std::string ExactlyOnceObstacle(const PipelineConfig& config) {
  // A port that is not there, or wrong, is a problem of its own.
  const bool known = config.source.spec != nullptr && config.sink.spec != nullptr &&
                     !config.source.traits.description.empty() &&
                     !config.sink.traits.description.empty();
  if (!config.exactly_once || !known || IsOneSystem(config)) return {};
  std::string text = "can't commit the progress of the source (" + config.source.spec->name + ", " +
                     config.source.traits.description + ") in one step with its outputs, so set " +
                     "`delivery: at_least_once`";
  if (config.source.spec->name == config.sink.spec->name &&
      !config.source.traits.commit_domain.empty()) {
    text += ", or let both be one system that is named in the same way";
  }
  return text;
}

std::string GuaranteeOf(const PipelineConfig& config, const StoreUse& stores) {
  std::string text = "exactly once";
  if (!CommitsJointly(config)) {
    text = HasPositions(config)
               ? "at least once, deduplicated downstream by the header sluice-position"
               : "at least once";
    if (!config.source.traits.resumes) text += "; each start reads the source from its beginning";
  }
  std::vector<std::string> forgetful;
  AddForgetful(config, stores.claimed, forgetful);
  for (const std::string& store : forgetful) {
    text += "; the claims of store " + store + " are gone after a restart";
  }
  if (!stores.written.empty()) {
    text += "; what is written to " + Join(stores.written) +
            " may be written again after a failure, and changes nothing then";
  }
  return text;
}

}  // namespace sluice
