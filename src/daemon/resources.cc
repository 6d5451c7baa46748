#include "daemon/resources.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/adapters.h"
#include "daemon/counted_lookup_store.h"
#include "daemon/lookup_file.h"
#include "memory/cached_lookup_store.h"
#include "memory/memory_claim_store.h"
#include "memory/memory_lookup_store.h"
#include "redis/redis_claim_store.h"
#include "redis/redis_lookup_store.h"
#include "schema/schema_loader.h"

namespace sluice {
namespace {

/// Claims that are made here instead of in Redis.
constexpr std::size_t kMaxOwnKeys = 1'000'000;

std::size_t IndexOf(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::ranges::find(names, name);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

}  // namespace

WorkerResources::WorkerResources(SharedResources& shared, const PipelineConfig& part)
    : shared_(shared), part_(part) {}

TopicId WorkerResources::Topic(const std::string& name) {
  return static_cast<TopicId>(IndexOf(topics_, TopicName(name)));
}

std::string WorkerResources::TopicName(const std::string& name) const {
  return shared_.config.topic_prefix + name;
}

Result<SideOutputId> WorkerResources::SideOutput(const std::string& name) {
  const auto& outputs = part_.side_outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].first == name) return static_cast<SideOutputId>(i);
  }
  return Error{ErrorKind::kInvalidConfig, "there is no side output `" + name + "`"};
}

CounterId WorkerResources::Counter(const std::string& name) {
  return static_cast<CounterId>(IndexOf(counters_, name));
}

Result<const StoreConfig*> WorkerResources::StoreOf(const std::string& name) const {
  const auto at = std::ranges::find(part_.stores, name, &StoreConfig::name);
  if (at != part_.stores.end()) return &*at;
  return Error{ErrorKind::kInvalidConfig, "there is no store `" + name + "`"};
}

Result<std::unique_ptr<ClaimStore>> WorkerResources::Claims(const std::string& name) {
  const auto found = StoreOf(name);
  if (!found) return found.error();
  const StoreConfig& store = *found.value();
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorKind::kInvalidConfig, store.where + why};
  };
  if (store.file) {
    return refuse(
        ".file: a file holds reference data, which is only read, but claims are to be written "
        "here; use `redis`, or `memory` for a run without a server");
  }
  if (store.cache) {
    return refuse(
        ".cache: claims can't be cached; leave `cache` out, or give the reference data a store of "
        "its own");
  }
  if (store.redis && !shared_.claims_in_memory) return RedisClaims(store);
  auto& claims = shared_.memory_claims[part_.name + "/" + name];
  if (claims == nullptr) {
    const std::size_t max_keys = store.memory ? store.memory->max_keys : kMaxOwnKeys;
    claims = std::make_shared<MemoryClaims>(shared_.clock, max_keys, shared_.metrics, name);
  }
  return std::unique_ptr<ClaimStore>(new MemoryClaimStore(claims));
}

Result<std::unique_ptr<ClaimStore>> WorkerResources::RedisClaims(const StoreConfig& store) {
  auto settings = RedisSettingsOf(store);
  if (!settings) return std::move(settings).error();
  auto claims = std::make_unique<RedisClaimStore>(settings.value(), shared_.metrics, store.name);
  const Status opened = claims->Open();
  // A server that is away is waited for by the worker, which can then say so in /readyz.
  if (!opened.ok() && opened.error().kind != ErrorKind::kUnavailable) {
    return Error{opened.error().kind, store.where + ": " + opened.error().message};
  }
  for (const std::string& warning : claims->warnings())
    spdlog::warn("Store {}: {}", store.name, warning);
  return std::unique_ptr<ClaimStore>(std::move(claims));
}

Result<std::unique_ptr<LookupStore>> WorkerResources::Lookups(const std::string& name) {
  const auto found = StoreOf(name);
  if (!found) return found.error();
  const StoreConfig& store = *found.value();
  auto opened = store.redis ? RedisLookups(store) : LocalLookups(store);
  if (!opened) return opened;
  std::unique_ptr<LookupStore> lookups = std::move(opened).value();
  if (store.redis && store.cache) {
    const LookupCache::Limits limits{store.cache->max_keys, store.cache->ttl,
                                     store.cache->missing_ttl};
    lookups =
        std::make_unique<CachedLookupStore>(std::move(lookups), limits, shared_.metrics, name);
  }
  lookups = std::make_unique<CountedLookupStore>(std::move(lookups), shared_.metrics, name);
  return lookups;  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the caller owns it.
}

Result<std::unique_ptr<LookupStore>> WorkerResources::LocalLookups(const StoreConfig& store) {
  if (!store.file) {
    return std::unique_ptr<LookupStore>(
        new MemoryLookupStore(std::make_shared<const MemoryLookups>()));
  }
  auto& table = shared_.lookup_files[{store.file->path, store.file->db}];
  if (table == nullptr) {
    auto loaded = LoadLookups(store.file->path, store.file->db);
    if (!loaded) return std::move(loaded).error().Wrap(store.where + ".file");
    table = std::move(loaded).value();
    spdlog::info("Store {}: {} keys of database {} from {}", store.name, table->size(),
                 store.file->db, store.file->path);
  }
  return std::unique_ptr<LookupStore>(new MemoryLookupStore(table));
}

Result<std::unique_ptr<LookupStore>> WorkerResources::RedisLookups(const StoreConfig& store) {
  auto settings = RedisSettingsOf(store);
  if (!settings) return std::move(settings).error();
  auto lookups = std::make_unique<RedisLookupStore>(settings.value(), shared_.metrics, store.name);
  const Status opened = lookups->Open();
  // A server that is away is waited for by the worker, which can then say so in /readyz.
  if (!opened.ok() && opened.error().kind != ErrorKind::kUnavailable) {
    return Error{opened.error().kind, store.where + ": " + opened.error().message};
  }
  return std::unique_ptr<LookupStore>(std::move(lookups));
}

Result<std::shared_ptr<const SchemaRegistry>> WorkerResources::Schemas(
    const std::string& directory) {
  auto& schemas = shared_.schemas[directory];
  if (schemas == nullptr) {
    auto loaded = LoadSchemas(directory);
    if (!loaded) return std::move(loaded).error();
    schemas = std::move(loaded).value();
  }
  return schemas;
}

}  // namespace sluice
