#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "memory/claim_index.h"
#include "memory/claim_log.h"
#include "sluice/arena.h"
#include "sluice/claim_store.h"
#include "sluice/clock.h"
#include "sluice/metrics.h"

namespace sluice {

/// Claims in the memory of this process, shared by its workers; gone with the process.
///
/// A claim ends with its time to live. If `max_keys` are held all the same, the oldest one makes
/// room and is counted in sluice_claims_evicted_total: a later copy of its key then passes.
/// Thread-safe. Clock and metrics must outlive it.
class MemoryClaims {
 public:
  MemoryClaims(const Clock& clock, std::size_t max_keys, MetricsRegistry& metrics,
               const std::string& store);

  /// Makes the claims in their order and fills `replies` with the outcome; the holders are copied
  /// to `holders`.
  void Make(std::span<const Claim> claims, std::chrono::seconds ttl,
            std::vector<ClaimReply>& replies, Arena& holders);

  /// Claims held, expired ones that no Make has met yet included.
  [[nodiscard]] std::size_t size() const;

 private:
  /// The claims of one time to live, which therefore expire in the order of the log.
  struct Generation {
    std::int64_t ttl_ms;
    ClaimLog log;
  };

  Generation& GenerationOf(std::chrono::seconds ttl);
  void DropOldest(Generation& generation);
  void DropExpired();
  void MakeRoom();

  const Clock& clock_;
  const std::size_t max_keys_;
  Counter& evicted_;
  mutable std::mutex mutex_;
  std::int64_t now_ms_ = 0;  ///< Never goes back, or the logs would lose their order.
  std::deque<Generation> generations_;
  ClaimIndex index_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace sluice
