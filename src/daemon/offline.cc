#include "daemon/offline.h"

#include <utility>

#include "config/tree_node.h"
#include "memory/memory_stores.h"

namespace sluice {

StoreConfig Offline(StoreConfig store) {
  static const StoreSpec kMemory = MemoryStoreSpec();
  static const TreeNode kDefaults(ConfigNode::Kind::kMap, "", 0, "");
  if (!store.spec->remote) return store;
  store.spec = &kMemory;
  store.node = &kDefaults;
  store.cache.reset();
  return store;
}

PipelineConfig Offline(PipelineConfig pipeline) {
  for (StoreConfig& store : pipeline.stores) store = Offline(std::move(store));
  for (PipelineConfig& part : pipeline.parts) part = Offline(std::move(part));
  return pipeline;
}

}  // namespace sluice
