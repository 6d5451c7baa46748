#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "memory/claim_index.h"
#include "memory/claim_log.h"
#include "sluice/arena.h"
#include "sluice/claim_store.h"
#include "sluice/metrics.h"

namespace sluice {

/// Claims in the memory of this process, shared by its workers; gone with the process.
///
/// A claim ends with its time to live. If `max_keys` are held all the same, the oldest one makes
/// room and is counted in sluice_claims_evicted_total: a later copy of its key then passes. The
/// time is that of the monotonic clock: a wall clock that is set moves no claim's end. Thread-safe.
/// The metrics must outlive it.
class MemoryClaims {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  MemoryClaims(std::size_t max_keys, MetricsRegistry& metrics, const std::string& store,
               Now now = std::chrono::steady_clock::now);

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

  const Now now_;
  const std::size_t max_keys_;
  Counter& evicted_;
  mutable std::mutex mutex_;
  std::int64_t now_ms_ = 0;  ///< Of the last Make.
  std::deque<Generation> generations_;
  ClaimIndex index_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace sluice
