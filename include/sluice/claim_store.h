#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/claim_mode.h"
#include "sluice/result.h"

namespace sluice {

struct Claim {
  std::string_view key;    ///< As it stands in the store; UTF-8.
  std::string_view owner;  ///< Position of the claimant (position.h).
  ClaimMode mode = ClaimMode::kClaim;
};

/// What the store answers to one claim.
struct ClaimReply {
  /// True if the claim is ours: made now, or found with our own position as owner. Of kReadOnly:
  /// if no other owner holds the key.
  bool unique = false;
  /// Where it is not: the value found, which names the first claimant ("" for a foreign
  /// value, such as the original's empty one). Valid until the next call.
  std::string_view holder;
};

/// First-writer-wins marks for deduplication; survives the process (design.md 5).
///
/// Requests are pipelined: Send may be called again before Receive, and Receive answers in the
/// order of the Sends (requests.h pairs the two). Claiming again with the same owner gives the same
/// answer, so any failure is handled by Cancel and sending the same claims again. Threading: one
/// worker, one instance.
class ClaimStore {
 public:
  using Request = Claim;
  using Reply = ClaimReply;

  virtual ~ClaimStore() = default;

  /// Connects where necessary and asks for a sign of life; kUnavailable names what is missing.
  virtual Status Ping() { return Ok(); }

  /// kUnavailable: the store is away or can't take writes now.
  virtual Status Send(std::span<const Claim> claims, std::chrono::seconds ttl) = 0;
  /// Fills `replies` for the oldest Send that was not answered, in the order of its claims.
  virtual Status Receive(std::vector<ClaimReply>& replies) = 0;
  /// Forgets all Sends that were not answered.
  virtual void Cancel() = 0;
};

}  // namespace sluice
