#include "memory/memory_claims.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "util/seeded_hash.h"

namespace sluice {

MemoryClaims::MemoryClaims(std::size_t max_keys, MetricsRegistry& metrics, const std::string& store,
                           Now now)
    : now_(std::move(now)),
      max_keys_(std::max<std::size_t>(max_keys, 1)),
      evicted_(metrics.CounterOf("sluice_claims_evicted_total",
                                 "Claims forgotten before their time because the store was full: a "
                                 "duplicate may have passed.",
                                 {{"store", store}})) {}

std::size_t MemoryClaims::size() const {
  const std::lock_guard lock(mutex_);
  return index_.size();
}

void MemoryClaims::Make(std::span<const Claim> claims, std::chrono::seconds ttl,
                        std::vector<ClaimReply>& replies, Arena& holders) {
  const std::lock_guard lock(mutex_);
  now_ms_ = std::chrono::floor<std::chrono::milliseconds>(now_().time_since_epoch()).count();
  DropExpired();
  replies.clear();
  hashes_.clear();
  for (const Claim& claim : claims) {
    hashes_.push_back(SeededHash(claim.key));
    index_.Prefetch(hashes_.back());
  }
  Generation& generation = GenerationOf(ttl);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    const LoggedClaim* held = index_.Find(hashes_[i], claim.key);
    if (held != nullptr && held->owner() != claim.owner) {
      replies.push_back({false, holders.Copy(held->owner())});
      continue;
    }
    if (held == nullptr && claim.mode == ClaimMode::kClaim) {
      MakeRoom();
      index_.Insert(generation.log.Append(hashes_[i], now_ms_, claim.key, claim.owner));
    }
    replies.push_back({true, {}});
  }
}

MemoryClaims::Generation& MemoryClaims::GenerationOf(std::chrono::seconds ttl) {
  const std::int64_t ttl_ms = std::chrono::milliseconds(ttl).count();
  for (Generation& generation : generations_) {
    if (generation.ttl_ms == ttl_ms) return generation;
  }
  generations_.push_back({ttl_ms, {}});
  return generations_.back();
}

void MemoryClaims::DropOldest(Generation& generation) {
  index_.Erase(generation.log.oldest());
  generation.log.DropOldest();
}

void MemoryClaims::DropExpired() {
  for (Generation& generation : generations_) {
    const LoggedClaim* oldest = generation.log.oldest();
    for (; oldest != nullptr && now_ms_ - oldest->made_ms >= generation.ttl_ms;
         oldest = generation.log.oldest()) {
      DropOldest(generation);
    }
  }
}

/// Expired claims are gone by now, so that what is left to drop is the oldest.
void MemoryClaims::MakeRoom() {
  if (index_.size() < max_keys_) return;
  Generation* victim = nullptr;
  for (Generation& generation : generations_) {
    const LoggedClaim* oldest = generation.log.oldest();
    if (oldest == nullptr) continue;
    if (victim == nullptr || oldest->made_ms < victim->log.oldest()->made_ms) victim = &generation;
  }
  DropOldest(*victim);
  evicted_.Increment();
}

}  // namespace sluice
