#include "daemon/offline.h"

#include <deque>
#include <memory>
#include <utility>

#include "config/tree_node.h"
#include "memory/memory_stores.h"

namespace sluice {
namespace {

/// Takes every statement and has no rows.
class NoRowStore final : public RowStore {
 public:
  StatementId Prepare(std::string /*text*/) override { return statements_++; }
  Status Send(std::span<const RowRequest> requests) override {
    pending_.push_back(requests.size());
    return Ok();
  }
  Status Receive(std::vector<RowReply>& replies) override {
    if (pending_.empty()) return Error{ErrorKind::kFatal, "offline rows: Receive without a Send"};
    replies.assign(pending_.front(), RowReply());
    pending_.pop_front();
    return Ok();
  }
  void Cancel() override { pending_.clear(); }

 private:
  StatementId statements_ = 0;
  std::deque<std::size_t> pending_;  ///< Requests of each Send that was not received.
};

StoreSpec StandIn() {
  StoreSpec spec = MemoryStoreSpec();
  spec.rows = [](const ConfigNode&, const StoreContext&) -> Result<std::unique_ptr<RowStore>> {
    return std::unique_ptr<RowStore>(new NoRowStore);
  };
  return spec;
}

}  // namespace

StoreConfig Offline(StoreConfig store) {
  static const StoreSpec kStandIn = StandIn();
  static const TreeNode kDefaults(ConfigNode::Kind::kMap, "", 0, "");
  if (!store.spec->remote) return store;
  store.spec = &kStandIn;
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
