#pragma once

#include <array>
#include <memory>
#include <string>

#include "sluice/lookup_store.h"
#include "sluice/metrics.h"

namespace sluice {

/// Counts the answers of any store: sluice_lookups_total{store,result}.
class CountedLookupStore final : public LookupStore {
 public:
  /// `store` is the store's name in the configuration. `metrics` must outlive it.
  CountedLookupStore(std::unique_ptr<LookupStore> lookups, MetricsRegistry& metrics,
                     const std::string& store);

  Status Ping() override { return lookups_->Ping(); }
  Status Send(std::span<const Lookup> lookups) override { return lookups_->Send(lookups); }
  Status Receive(std::vector<LookupReply>& replies) override;
  void Cancel() override { lookups_->Cancel(); }

 private:
  std::unique_ptr<LookupStore> lookups_;
  std::array<Counter*, 4> counters_{};  ///< By LookupReply::State.
};

}  // namespace sluice
