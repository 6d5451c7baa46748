#include "daemon/resources.h"

#include <algorithm>
#include <utility>

#include "daemon/explained_row_store.h"
#include "daemon/explained_table_store.h"
#include "daemon/offline.h"
#include "memory/cached_lookup_store.h"
#include "memory/counted_lookup_store.h"
#include "schema/schema_loader.h"

namespace sluice {
namespace {

std::size_t IndexOf(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::ranges::find(names, name);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) { IndexOf(names, name); }

}  // namespace

WorkerResources::WorkerResources(SharedResources& shared, const PipelineConfig& part)
    : shared_(shared), part_(part) {}

TopicId WorkerResources::Topic(const std::string& name) {
  AddOnce(use_.topics, TopicName(name));
  return static_cast<TopicId>(IndexOf(topics_, TopicName(name)));
}

std::string WorkerResources::TopicName(const std::string& name) const {
  return shared_.config.topic_prefix + name;
}

Result<SideOutputId> WorkerResources::SideOutput(const std::string& name) {
  const auto& outputs = part_.side_outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].first != name) continue;
    AddOnce(use_.side_outputs, name);
    return static_cast<SideOutputId>(i);
  }
  return Error{ErrorKind::kInvalidConfig, "there is no side output `" + name + "`"};
}

CounterId WorkerResources::Counter(const std::string& name) {
  return static_cast<CounterId>(IndexOf(counters_, name));
}

Result<const StoreConfig*> WorkerResources::StoreOf(const std::string& name) {
  AddOnce(use_.stores, name);
  const auto at = std::ranges::find(part_.stores, name, &StoreConfig::name);
  if (at != part_.stores.end()) return &*at;
  return Error{ErrorKind::kInvalidConfig, "there is no store `" + name + "`"};
}

StoreContext WorkerResources::ContextOf(const StoreConfig& store) const {
  return {.name = store.name,
          .scope = part_.name,
          .clock = shared_.clock,
          .metrics = shared_.metrics,
          .log = shared_.log,
          .shared = shared_.objects,
          .stop = shared_.stop};
}

Result<std::unique_ptr<ClaimStore>> WorkerResources::Claims(const std::string& name) {
  const auto found = StoreOf(name);
  if (!found) return found.error();
  const StoreConfig& store = *found.value();
  if (!store.spec->claims) {
    return store.node->Complain(
        "holds reference data, which is only read, but claims are to be written here; use `redis`, "
        "or `memory` for a run without a server");
  }
  if (store.cache) {
    return store.cache_node->Complain(
        "claims can't be cached; leave `cache` out, or give the reference data a store of its own");
  }
  AddOnce(shared_.store_use.claimed, name);
  const bool replaced = shared_.dry_run && store.spec->remote;
  const StoreConfig used = replaced ? Offline(store) : store;
  return used.spec->claims(*used.node, ContextOf(store));
}

Result<std::unique_ptr<LookupStore>> WorkerResources::Lookups(const std::string& name) {
  const auto found = StoreOf(name);
  if (!found) return found.error();
  const StoreConfig& store = *found.value();
  if (!store.spec->lookups) return store.node->Complain("holds no reference data to look up");
  AddOnce(shared_.store_use.looked_up, name);
  auto opened = store.spec->lookups(*store.node, ContextOf(store));
  if (!opened) return opened;
  std::unique_ptr<LookupStore> lookups = std::move(opened).value();
  if (store.cache) {
    const LookupCache::Limits limits{store.cache->max_keys, store.cache->ttl,
                                     store.cache->missing_ttl};
    lookups =
        std::make_unique<CachedLookupStore>(std::move(lookups), limits, shared_.metrics, name);
  }
  lookups = std::make_unique<CountedLookupStore>(std::move(lookups), shared_.metrics, name);
  return lookups;  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the caller owns it.
}

std::function<void(std::string_view)> WorkerResources::WritesSeen(const std::string& store) const {
  return [observer = shared_.observer, store](std::string_view what) {
    if (observer != nullptr) observer->Wrote(store, what);
  };
}

Result<std::unique_ptr<TableStore>> WorkerResources::Tables(const std::string& name) {
  const auto found = StoreOf(name);
  if (!found) return found.error();
  const StoreConfig& store = *found.value();
  if (!store.spec->tables) return store.node->Complain("holds no table by key; use `redis`");
  AddOnce(shared_.store_use.written, name);
  auto opened = store.spec->tables(*store.node, ContextOf(store));
  if (!opened || !shared_.dry_run) return opened;
  return std::unique_ptr<TableStore>(
      new ExplainedTableStore(std::move(opened).value(), shared_.clock, WritesSeen(name)));
}

Result<std::unique_ptr<RowStore>> WorkerResources::Rows(const std::string& name) {
  const auto found = StoreOf(name);
  if (!found) return found.error();
  const StoreConfig& store = *found.value();
  if (!store.spec->rows) {
    return store.node->Complain("holds no rows; use `postgres` or `cassandra`");
  }
  AddOnce(shared_.store_use.written, name);
  auto opened = store.spec->rows(*store.node, ContextOf(store));
  if (!opened || !shared_.dry_run) return opened;
  return std::unique_ptr<RowStore>(
      new ExplainedRowStore(std::move(opened).value(), WritesSeen(name)));
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
