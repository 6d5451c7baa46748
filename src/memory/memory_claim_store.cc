#include "memory/memory_claim_store.h"

namespace sluice {

Status MemoryClaimStore::Send(std::span<const Claim> claims, std::chrono::seconds ttl) {
  if (ttl.count() < 1) {
    return Error{ErrorKind::kInvalidConfig, "a claim's ttl must be at least one second"};
  }
  if (spare_.empty()) spare_.emplace_back();
  Answer& answer = spare_.front();
  answer.holders.Reset();
  claims_->Make(claims, ttl, answer.replies, answer.holders);
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

Status MemoryClaimStore::Receive(std::vector<ClaimReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "memory claims: Receive without a Send"};
  Answer& answer = pending_.front();
  replies.swap(answer.replies);
  spare_.splice(spare_.end(), pending_, pending_.begin());
  return Ok();
}

}  // namespace sluice
