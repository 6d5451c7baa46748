#include "config/store_config.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;
using namespace std::chrono_literals;

StoreConfig::Memory ReadMemory(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, {Field("max_keys", FieldType::kInt, "10000000")});
  return {static_cast<std::uint64_t>(rules.Count(node, "max_keys", 1'000'000'000))};
}

int ReadDb(TreeNode& node, const NodeRules& rules) {
  const std::int64_t db = node.Int("db");
  rules.Demand(node, "db", FieldType::kInt, db >= 0 && db <= kMostInt, "a database's number");
  return static_cast<int>(db);
}

StoreConfig::File ReadFile(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, {Required("path", FieldType::kString, "NDJSON, plain or gzip."),
                     Field("db", FieldType::kInt, "0")});
  return {node.String("path"), ReadDb(node, rules)};
}

std::optional<StoreConfig::Redis::Tls> ReadTls(TreeNode& redis, const NodeRules& rules) {
  TreeNode* node = redis.Member("tls");
  if (node == nullptr) return std::nullopt;
  rules.Check(*node, {Field("ca", FieldType::kString, ""), Field("cert", FieldType::kString, ""),
                      Field("key", FieldType::kString, "")});
  StoreConfig::Redis::Tls tls{node->String("ca"), node->String("cert"), node->String("key")};
  if (tls.cert.empty() != tls.key.empty()) {
    rules.problems().Add(*node, "must have both `cert` and `key` of the client, or neither");
  }
  return tls;
}

StoreConfig::Redis ReadRedis(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, {Required("url", FieldType::kString, "redis://host:port or unix:///path."),
                     Optional("db", FieldType::kInt), Field("user", FieldType::kString, ""),
                     Field("password", FieldType::kString, ""),
                     Field("timeout", FieldType::kDuration, "5s"), Section("tls")});
  StoreConfig::Redis out{.url = node.String("url"),
                         .db = std::nullopt,
                         .user = node.String("user"),
                         .password = node.String("password"),
                         .timeout = node.Duration("timeout"),
                         .tls = ReadTls(node, rules)};
  rules.Demand(node, "timeout", FieldType::kDuration, out.timeout >= 1ms, "at least 1ms");
  if (node.Has("db")) out.db = ReadDb(node, rules);
  return out;
}

StoreConfig::Cache ReadCache(TreeNode& node, const NodeRules& rules) {
  rules.Check(node, {Field("max_keys", FieldType::kInt, "100000"),
                     Field("ttl", FieldType::kDuration, "60s"),
                     Field("missing_ttl", FieldType::kDuration, "10s")});
  const StoreConfig::Cache out{
      static_cast<std::uint64_t>(rules.Count(node, "max_keys", 100'000'000)), node.Duration("ttl"),
      node.Duration("missing_ttl")};
  rules.Demand(node, "ttl", FieldType::kDuration, out.ttl >= 1ms, "at least 1ms");
  return out;
}

StoreConfig ReadStore(const std::string& name, TreeNode& node, const NodeRules& rules) {
  StoreConfig out;
  out.name = name;
  out.where = node.where();
  rules.Check(node, {Section("redis"), Section("memory"), Section("file"), Section("cache")});
  TreeNode* choice = rules.Choice(node, {"redis", "memory", "file"});
  if (choice == nullptr) return out;
  if (choice == node.Member("memory")) {
    out.memory = ReadMemory(*choice, rules);
  } else if (choice == node.Member("file")) {
    out.file = ReadFile(*choice, rules);
  } else {
    out.redis = ReadRedis(*choice, rules);
  }
  TreeNode* cache = node.Member("cache");
  if (cache == nullptr) return out;
  out.cache = ReadCache(*cache, rules);
  if (!out.redis) {
    rules.problems().Add(*cache, "only stands beside `redis`: what is in memory needs no cache");
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
