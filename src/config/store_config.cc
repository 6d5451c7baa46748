#include "config/store_config.h"

#include "config/spec_check.h"
#include "util/join.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;

std::string Cacheable(const SpecRegistry<StoreSpec>& registry) {
  std::vector<std::string> names;
  for (const StoreSpec& spec : registry.specs()) {
    if (spec.cacheable) names.push_back(spec.name);
  }
  return Join(names, "`");
}

StoreConfig::Cache ReadCache(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, CacheFields());
  return {static_cast<std::uint64_t>(node.Int("max_keys")), node.Duration("ttl"),
          node.Duration("missing_ttl")};
}

StoreConfig ReadStore(const std::string& name, TreeNode& node,
                      const SpecRegistry<StoreSpec>& registry, bool replaced,
                      const NodeRules& rules) {
  StoreConfig out;
  out.name = name;
  out.where = node.where();
  Fields sections = Sections(registry.names());
  sections.push_back(Section("cache"));
  rules.Check(node, sections);
  const auto [spec, choice] = ChooseSpec(node, registry, rules);
  if (spec == nullptr) return out;
  out.spec = spec;
  out.node = choice;
  if (replaced) {
    rules.Check(*choice, out.spec->fields);
  } else {
    CheckSpec(*choice, *out.spec, out.spec->fields, rules.problems());
  }
  TreeNode* cache = node.Member("cache");
  if (cache == nullptr) return out;
  out.cache_node = cache;
  out.cache = ReadCache(*cache, rules);
  if (!out.spec->cacheable) {
    rules.problems().Add(*cache, "only stands beside " + Cacheable(registry) +
                                     ": what is in this process needs no cache");
  }
  return out;
}

}  // namespace

const std::vector<FieldSpec>& CacheFields() {
  static const std::vector<FieldSpec> kFields = {
      {.name = "max_keys",
       .type = FieldType::kInt,
       .description = "Most answers that a worker remembers.",
       .default_value = "100000",
       .least = 1,
       .most = 100'000'000},
      {.name = "ttl",
       .type = FieldType::kDuration,
       .description = "How long an answer is remembered.",
       .default_value = "60s",
       .least = 1},
      {.name = "missing_ttl",
       .type = FieldType::kDuration,
       .description = "How long it is remembered that a key is missing; 0s: not at all.",
       .default_value = "10s"}};
  return kFields;
}

std::vector<StoreConfig> ReadStores(TreeNode& root, const SpecRegistry<StoreSpec>& registry,
                                    const std::set<std::string>& replaced, const NodeRules& rules) {
  TreeNode& stores = SectionOf(root, "stores");
  if (stores.kind() == Kind::kNull) stores.BecomeMap();
  if (stores.kind() != Kind::kMap) {
    rules.problems().Add(stores, "must be a map of names and stores");
  }
  std::vector<StoreConfig> out;
  for (const auto& [name, ignored] : stores.members()) {
    out.push_back(ReadStore(name, *stores.Member(name), registry, replaced.contains(name), rules));
  }
  return out;
}

}  // namespace sluice
