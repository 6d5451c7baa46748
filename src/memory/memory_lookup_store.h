#pragma once

#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "memory/memory_lookups.h"
#include "sluice/lookup_store.h"

namespace sluice {

/// A worker's access to reference data in memory. Replies stay valid as long as the data.
class MemoryLookupStore final : public LookupStore {
 public:
  explicit MemoryLookupStore(std::shared_ptr<const MemoryLookups> lookups)
      : lookups_(std::move(lookups)) {}

  Status Send(std::span<const Lookup> lookups) override;
  Status Receive(std::vector<LookupReply>& replies) override;
  void Cancel() override { pending_.clear(); }

 private:
  std::shared_ptr<const MemoryLookups> lookups_;
  std::deque<std::vector<LookupReply>> pending_;
};

}  // namespace sluice
