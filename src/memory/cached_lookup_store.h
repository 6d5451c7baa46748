#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "memory/lookup_cache.h"
#include "sluice/arena.h"
#include "sluice/lookup_store.h"
#include "sluice/metrics.h"

namespace sluice {

/// Any store of reference data behind a cache: what was answered lately is not asked for again, so
/// that a change of the data shows up to a TTL late.
///
/// A reply shows the cache's bytes, which the Send that asked for them holds until the next call
/// after its Receive. After a failed Receive all Sends are forgotten.
/// Threading: as any LookupStore; `metrics` must outlive it.
class CachedLookupStore final : public LookupStore {
 public:
  using Now = std::function<LookupCache::Time()>;

  /// `store` is the store's name in the configuration: a metric label.
  CachedLookupStore(std::unique_ptr<LookupStore> lookups, const LookupCache::Limits& limits,
                    MetricsRegistry& metrics, const std::string& store,
                    Now now = std::chrono::steady_clock::now);

  Status Ping() override { return lookups_->Ping(); }
  Status Send(std::span<const Lookup> lookups) override;
  Status Receive(std::vector<LookupReply>& replies) override;
  void Cancel() override;

 private:
  struct Sent {
    std::vector<LookupCache::EntryPtr> known;  ///< By lookup; null where the store was asked.
    std::vector<Lookup> asked;                 ///< Their keys are in the arena.
    Arena arena{std::size_t{16} << 10};
    LookupCache::Time at;
  };

  void Prepare(Sent& sent, std::span<const Lookup> lookups);
  /// The store's answers to what it was asked, which the cache then has too.
  Status Fetch(const Sent& sent);

  std::unique_ptr<LookupStore> lookups_;
  LookupCache cache_;
  Now now_;
  Counter& hits_;
  Counter& misses_;
  Counter& evictions_;
  Histogram& age_;
  std::list<Sent> pending_;  ///< Sent and not received, oldest first.
  std::list<Sent> spare_;    ///< The first holds the bytes of the replies that were given last.
  std::vector<LookupReply> fetched_;
};

}  // namespace sluice
