#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "memory/claim_log.h"

namespace sluice {

/// Finds claims by key: open addressing with linear probing, which touches one or two cache lines a
/// look-up and allocates only when it doubles. Doesn't own the claims. Not thread-safe.
class ClaimIndex {
 public:
  ClaimIndex();

  [[nodiscard]] std::size_t size() const { return size_; }
  /// nullptr if there is none.
  [[nodiscard]] const LoggedClaim* Find(std::uint64_t hash, std::string_view key) const;
  /// The key must not be there.
  void Insert(const LoggedClaim* claim);
  /// The claim must be there.
  void Erase(const LoggedClaim* claim);
  /// Asks for the memory that Find(hash, ...) will look at.
  void Prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[Home(hash)]); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    const LoggedClaim* claim = nullptr;
  };

  [[nodiscard]] std::size_t Home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  [[nodiscard]] std::size_t Next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  void Put(const LoggedClaim* claim);
  void Grow();

  std::vector<Slot> slots_;  ///< A power of two.
  std::size_t size_ = 0;
};

}  // namespace sluice
