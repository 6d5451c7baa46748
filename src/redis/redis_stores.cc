#include "redis/redis_stores.h"

#include <memory>
#include <utility>

#include "memory/memory_table_store.h"
#include "redis/redis_claim_store.h"
#include "redis/redis_examination.h"
#include "redis/redis_lookup_store.h"
#include "redis/redis_table_store.h"
#include "redis/tls.h"

namespace sluice {
namespace {

Result<std::unique_ptr<ClaimStore>> BuildClaims(const ConfigNode& node,
                                                const StoreContext& context) {
  auto settings = RedisSettingsOf(node);
  if (!settings) return std::move(settings).error();
  return std::unique_ptr<ClaimStore>(new RedisClaimStore(
      std::move(settings).value(), context.metrics, context.name, context.stop, context.log));
}

Result<std::unique_ptr<LookupStore>> BuildLookups(const ConfigNode& node,
                                                  const StoreContext& context) {
  auto settings = RedisSettingsOf(node);
  if (!settings) return std::move(settings).error();
  return std::unique_ptr<LookupStore>(new RedisLookupStore(
      std::move(settings).value(), context.metrics, context.name, context.stop));
}

Result<std::unique_ptr<TableStore>> BuildTables(const ConfigNode& node,
                                                const StoreContext& context) {
  auto settings = RedisSettingsOf(node);
  if (!settings) return std::move(settings).error();
  return std::unique_ptr<TableStore>(
      new RedisTableStore(std::move(settings).value(), node.Duration("marks", kMarksByDefault),
                          context.metrics, context.name, context.stop));
}

Status Validate(const ConfigNode& node) {
  const ConfigNode* tls = node.Get("tls");
  if (tls != nullptr && tls->String("cert").empty() != tls->String("key").empty()) {
    return tls->Complain("must have both `cert` and `key` of the client, or neither");
  }
  const auto settings = RedisSettingsOf(node);
  if (!settings) return settings.error();
  if (!settings.value().tls) return Ok();
  const Status files = CheckTlsFiles(settings.value());
  return files.ok() ? Ok() : Status((tls != nullptr ? *tls : node).Complain(files.error().message));
}

std::vector<FieldSpec> Fields() {
  FieldSpec tls{.name = "tls",
                .type = FieldType::kSection,
                .description = "PEM files for a rediss:// URL; needs hiredis 1.0 or newer."};
  tls.fields = {
      {.name = "ca", .description = "Whom to trust; empty: the system's.", .default_value = ""},
      {.name = "cert", .description = "The client's certificate.", .default_value = ""},
      {.name = "key", .description = "The client's key.", .default_value = ""}};
  return {
      {.name = "url",
       .description = "redis://[user:password@]host[:port][/db], rediss://... for TLS, or "
                      "unix:///path?db=N.",
       .required = true},
      {.name = "db",
       .type = FieldType::kInt,
       .description = "Database, in place of the URL's.",
       .least = 0,
       .most = 2147483647},
      {.name = "user",
       .description = "ACL user, in place of the URL's. Claims need SET and GET (and PING, SELECT, "
                      "INFO), lookups GET and HGETALL, tables GET, HMGET, SMEMBERS, SET, HSET and "
                      "HDEL, and to count EVAL, EVALSHA, EXISTS and HINCRBY.",
       .default_value = ""},
      {.name = "password", .description = "Password, in place of the URL's.", .default_value = ""},
      {.name = "timeout",
       .type = FieldType::kDuration,
       .description = "Longest wait for a connection, and for any progress of a command.",
       .default_value = "5s",
       .least = 1},
      MarksField(),
      std::move(tls)};
}

}  // namespace

Result<RedisSettings> RedisSettingsOf(const ConfigNode& node) {
  auto settings = ParseRedisUrl(node.String("url"));
  if (!settings) return node.Get("url")->Complain(settings.error().message);
  RedisSettings& redis = settings.value();
  redis.where = node.where();
  if (node.Has("db")) redis.db = static_cast<int>(node.Int("db"));
  if (const std::string user = node.String("user"); !user.empty()) redis.user = user;
  if (const std::string password = node.String("password"); !password.empty()) {
    redis.password = password;
  }
  if (const ConfigNode* tls = node.Get("tls")) {
    if (!redis.tls) return tls->Complain("`url` asks for no TLS; write rediss://");
    redis.ca_file = tls->String("ca");
    redis.cert_file = tls->String("cert");
    redis.key_file = tls->String("key");
  }
  redis.connect_timeout = node.Duration("timeout", redis.connect_timeout);
  redis.command_timeout = node.Duration("timeout", redis.command_timeout);
  return settings;
}

StoreSpec RedisStoreSpec() {
  StoreSpec spec;
  spec.name = "redis";
  spec.summary = "Holds claims, reference data and tables in a database of Redis or a kin of it.";
  spec.fields = Fields();
  spec.example = "redis: { url: \"redis://localhost:6379\", db: 7 }\n";
  spec.validate = Validate;
  spec.remote = true;
  spec.cacheable = true;
  spec.claims = BuildClaims;
  spec.lookups = BuildLookups;
  spec.tables = BuildTables;
  spec.examine = ExamineRedis;
  return spec;
}

}  // namespace sluice
