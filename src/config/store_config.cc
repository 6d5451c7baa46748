#include "config/store_config.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;
using namespace std::chrono_literals;

StoreConfig::Memory ReadMemory(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, {Field("max_keys", FieldType::kInt, "10000000")});
  return {static_cast<std::uint64_t>(rules.Count(node, "max_keys", 1'000'000'000))};
}

StoreConfig::Redis ReadRedis(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, {Required("url", FieldType::kString, "redis://host:port or unix:///path."),
                     Optional("db", FieldType::kInt), Field("user", FieldType::kString, ""),
                     Field("password", FieldType::kString, ""),
                     Field("timeout", FieldType::kDuration, "5s")});
  StoreConfig::Redis out{node.String("url"), std::nullopt, node.String("user"),
                         node.String("password"), node.Duration("timeout")};
  rules.Demand(node, "timeout", FieldType::kDuration, out.timeout >= 1ms, "at least 1ms");
  if (node.Has("db")) {
    const std::int64_t db = node.Int("db");
    rules.Demand(node, "db", FieldType::kInt, db >= 0 && db <= kMostInt, "a database's number");
    out.db = static_cast<int>(db);
  }
  return out;
}

StoreConfig ReadStore(const std::string& name, TreeNode& node, const NodeRules& rules) {
  StoreConfig out;
  out.name = name;
  out.where = node.where();
  rules.Check(node, {Section("redis"), Section("memory")});
  TreeNode* choice = rules.Choice(node, {"redis", "memory"});
  if (choice == nullptr) return out;
  if (choice == node.Member("memory")) {
    out.memory = ReadMemory(*choice, rules);
  } else {
    out.redis = ReadRedis(*choice, rules);
  }
  return out;
}

}  // namespace

std::vector<StoreConfig> ReadStores(TreeNode& root, const NodeRules& rules) {
  TreeNode& stores = SectionOf(root, "stores");
  if (stores.kind() == Kind::kNull) stores.BecomeMap();
  if (stores.kind() != Kind::kMap)
    rules.problems().Add(stores, "must be a map of names and stores");
  std::vector<StoreConfig> out;
  for (const auto& [name, ignored] : stores.members()) {
    out.push_back(ReadStore(name, *stores.Member(name), rules));
  }
  return out;
}

}  // namespace sluice
