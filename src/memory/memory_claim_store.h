#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "memory/memory_claims.h"
#include "sluice/arena.h"
#include "sluice/claim_store.h"

namespace sluice {

/// A worker's access to the claims of its process. Never unavailable; claims are made by Send, so
/// that they stand although the answer is cancelled, as in any other store.
class MemoryClaimStore final : public ClaimStore {
 public:
  explicit MemoryClaimStore(std::shared_ptr<MemoryClaims> claims) : claims_(std::move(claims)) {}

  Status Send(std::span<const Claim> claims, std::chrono::seconds ttl) override;
  Status Receive(std::vector<ClaimReply>& replies) override;
  void Cancel() override { spare_.splice(spare_.begin(), pending_); }

 private:
  struct Answer {
    std::vector<ClaimReply> replies;
    Arena holders{std::size_t{16} << 10};
  };

  std::shared_ptr<MemoryClaims> claims_;
  std::list<Answer> pending_;  ///< Sent and not received, oldest first.
  std::list<Answer> spare_;
};

}  // namespace sluice
