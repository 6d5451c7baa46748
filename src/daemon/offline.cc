#include "daemon/offline.h"

namespace sluice {
namespace {

constexpr std::uint64_t kMaxKeys = 1'000'000;

void TakeOffline(PipelineConfig& pipeline) {
  for (StoreConfig& store : pipeline.stores) {
    if (store.file) continue;
    store.redis.reset();
    store.memory = StoreConfig::Memory{kMaxKeys};
  }
}

}  // namespace

PipelineConfig Offline(PipelineConfig pipeline) {
  TakeOffline(pipeline);
  for (PipelineConfig& part : pipeline.parts) TakeOffline(part);
  return pipeline;
}

}  // namespace sluice
