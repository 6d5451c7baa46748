#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/claim_store.h"
#include "sluice/result.h"

namespace sluice {

/// How a server is asked for a claim.
enum class ClaimForm : std::uint8_t {
  kNxGet,      ///< SET key owner NX GET EX ttl: one reply, the old value. Redis 7.0 or newer.
  kNxThenGet,  ///< SET key owner NX EX ttl, then GET key: two replies.
};

/// The claims of one Send: the commands that ask for them, and what was answered. Meant to be
/// reused: in the steady state it allocates nothing.
class ClaimBatch {
 public:
  /// Forgets everything and starts anew.
  void Reset(ClaimForm form, std::chrono::seconds ttl);
  void Add(const Claim& claim);

  [[nodiscard]] ClaimForm form() const { return form_; }
  /// A GET alone, with one reply, in either form.
  [[nodiscard]] bool reads_only(std::size_t i) const {
    return claims_[i].mode == ClaimMode::kReadOnly;
  }
  [[nodiscard]] std::size_t size() const { return claims_.size(); }
  /// RESP text of all commands in order.
  [[nodiscard]] std::string_view commands() const { return commands_; }
  /// RESP text of the commands of claim `i` alone.
  [[nodiscard]] std::string_view commands(std::size_t i) const;

  /// Claim `i` was made now.
  void MarkClaimed(std::size_t i) { replies_[i] = {true, {}}; }
  /// Claim `i` found a value: unique if it is our own position, else a duplicate of its holder.
  void MarkFound(std::size_t i, std::string_view value);
  /// The first failure among the claims is kept.
  void Fail(Error error);

  [[nodiscard]] bool answered() const { return answered_; }
  void MarkAnswered() { answered_ = true; }
  /// Hands the replies over (by swap), or the failure. Holders are valid until Reset.
  Status TakeReplies(std::vector<ClaimReply>& replies);

  std::chrono::steady_clock::time_point sent_at;

 private:
  struct Extent {
    std::size_t begin;  ///< Of the claim's commands.
    std::size_t owner;
    std::size_t owner_size;
    ClaimMode mode;
  };

  ClaimForm form_ = ClaimForm::kNxGet;
  std::chrono::seconds ttl_{0};
  std::string head_;  ///< What every SET begins with, and what it ends with.
  std::string tail_;
  std::string commands_;
  std::string readers_;  ///< Owners of the claims that are kReadOnly.
  std::vector<Extent> claims_;
  std::vector<ClaimReply> replies_;
  Arena holders_{std::size_t{16} << 10};
  std::optional<Error> failure_;
  bool answered_ = false;
};

}  // namespace sluice
