#include "memory/cached_lookup_store.h"

#include <utility>

namespace sluice {
namespace {

const std::vector<double> kAges = {0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 86400};

}  // namespace

CachedLookupStore::CachedLookupStore(std::unique_ptr<LookupStore> lookups,
                                     const LookupCache::Limits& limits, MetricsRegistry& metrics,
                                     const std::string& store, Now now)
    : lookups_(std::move(lookups)),
      cache_(limits),
      now_(std::move(now)),
      hits_(metrics.CounterOf("sluice_lookup_cache_hits_total", "Lookups that the cache answered.",
                              {{"store", store}})),
      misses_(metrics.CounterOf("sluice_lookup_cache_misses_total",
                                "Lookups that the cache could not answer.", {{"store", store}})),
      evictions_(metrics.CounterOf("sluice_lookup_cache_evictions_total",
                                   "Answers that had to make room before their time.",
                                   {{"store", store}})),
      age_(metrics.HistogramOf("sluice_lookup_cache_age_seconds",
                               "How long ago an answer of the cache was asked for.",
                               {{"store", store}}, kAges)) {}

Status CachedLookupStore::Send(std::span<const Lookup> lookups) {
  if (spare_.empty()) spare_.emplace_back();
  Sent& sent = spare_.front();
  Prepare(sent, lookups);
  if (!sent.asked.empty()) SLUICE_TRY(lookups_->Send(sent.asked));
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

void CachedLookupStore::Prepare(Sent& sent, std::span<const Lookup> lookups) {
  sent.known.clear();
  sent.asked.clear();
  sent.arena.Reset();
  sent.at = now_();
  for (const Lookup& lookup : lookups) {
    sent.known.push_back(cache_.Find(lookup, sent.at));
    if (sent.known.back() == nullptr) {
      sent.asked.push_back({lookup.kind, sent.arena.Copy(lookup.key)});
    }
  }
}

Status CachedLookupStore::Receive(std::vector<LookupReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "cached lookups: Receive without a Send"};
  Sent& sent = pending_.front();
  if (Status fetched = Fetch(sent); !fetched.ok()) {
    Cancel();
    return fetched;
  }
  replies.clear();
  std::size_t next = 0;
  for (const LookupCache::EntryPtr& entry : sent.known) {
    replies.push_back(entry != nullptr ? entry->reply : fetched_[next++]);
    if (entry == nullptr) continue;
    age_.Observe(std::chrono::duration<double>(sent.at - entry->asked_at).count());
  }
  misses_.Add(static_cast<double>(next));
  hits_.Add(static_cast<double>(sent.known.size() - next));
  spare_.splice(spare_.begin(), pending_, pending_.begin());
  return Ok();
}

Status CachedLookupStore::Fetch(const Sent& sent) {
  fetched_.clear();
  if (sent.asked.empty()) return Ok();
  SLUICE_TRY(lookups_->Receive(fetched_));
  if (fetched_.size() != sent.asked.size()) {
    return Error{ErrorKind::kFatal, "cached lookups: " + std::to_string(fetched_.size()) +
                                        " answers to " + std::to_string(sent.asked.size()) +
                                        " lookups"};
  }
  for (std::size_t i = 0; i < fetched_.size(); ++i) {
    if (cache_.Put(sent.asked[i], fetched_[i], sent.at)) evictions_.Increment();
  }
  return Ok();
}

void CachedLookupStore::Cancel() {
  lookups_->Cancel();
  spare_.splice(spare_.end(), pending_);
}

}  // namespace sluice
