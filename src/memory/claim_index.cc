#include "memory/claim_index.h"

#include <utility>

namespace sluice {
namespace {

constexpr std::size_t kFirstSlots = 1024;

}  // namespace

ClaimIndex::ClaimIndex() : slots_(kFirstSlots) {}

const LoggedClaim* ClaimIndex::Find(std::uint64_t hash, std::string_view key) const {
  for (std::size_t i = Home(hash); slots_[i].claim != nullptr; i = Next(i)) {
    if (slots_[i].hash == hash && slots_[i].claim->key() == key) return slots_[i].claim;
  }
  return nullptr;
}

void ClaimIndex::Put(const LoggedClaim* claim) {
  std::size_t i = Home(claim->hash);
  while (slots_[i].claim != nullptr) i = Next(i);
  slots_[i] = {claim->hash, claim};
}

void ClaimIndex::Insert(const LoggedClaim* claim) {
  // At most five eighths full: probing stays short.
  if ((size_ + 1) * 8 > slots_.size() * 5) Grow();
  Put(claim);
  ++size_;
}

void ClaimIndex::Grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : old) {
    if (slot.claim != nullptr) Put(slot.claim);
  }
}

void ClaimIndex::Erase(const LoggedClaim* claim) {
  std::size_t hole = Home(claim->hash);
  while (slots_[hole].claim != claim) hole = Next(hole);
  --size_;
  // Moves later ones back over the hole, so that no look-up ends there too early.
  for (std::size_t i = Next(hole); slots_[i].claim != nullptr; i = Next(i)) {
    const std::size_t mask = slots_.size() - 1;
    const std::size_t distance_from_home = (i - Home(slots_[i].hash)) & mask;
    if (distance_from_home < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = {};
}

}  // namespace sluice
