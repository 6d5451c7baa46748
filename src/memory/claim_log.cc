#include "memory/claim_log.h"

#include <algorithm>
#include <cstring>

namespace sluice {
namespace {

constexpr std::size_t kBlockSize = std::size_t{64} << 10;
constexpr std::size_t kSpareBlocks = 16;

std::size_t SizeOf(std::size_t key_size, std::size_t owner_size) {
  return (sizeof(LoggedClaim) + key_size + owner_size + 7) & ~std::size_t{7};
}

}  // namespace

ClaimLog::Block& ClaimLog::BlockFor(std::size_t size) {
  if (!blocks_.empty() && blocks_.back().capacity - blocks_.back().end >= size) {
    return blocks_.back();
  }
  if (size <= kBlockSize && !spare_.empty()) {
    blocks_.splice(blocks_.end(), spare_, spare_.begin());
    return blocks_.back();
  }
  Block block;
  block.capacity = std::max(size, kBlockSize);
  block.bytes = std::make_unique_for_overwrite<char[]>(block.capacity);
  blocks_.push_back(std::move(block));
  return blocks_.back();
}

const LoggedClaim* ClaimLog::Append(std::uint64_t hash, std::int64_t made_ms, std::string_view key,
                                    std::string_view owner) {
  const std::size_t size = SizeOf(key.size(), owner.size());
  Block& block = BlockFor(size);
  char* at = block.bytes.get() + block.end;
  block.end += size;
  auto* claim = new (at) LoggedClaim{hash, made_ms, static_cast<std::uint32_t>(key.size()),
                                     static_cast<std::uint32_t>(owner.size())};
  at += sizeof(LoggedClaim);
  if (!key.empty()) std::memcpy(at, key.data(), key.size());
  if (!owner.empty()) std::memcpy(at + key.size(), owner.data(), owner.size());
  return claim;
}

const LoggedClaim* ClaimLog::oldest() const {
  if (blocks_.empty() || blocks_.front().begin == blocks_.front().end) return nullptr;
  const Block& block = blocks_.front();
  return reinterpret_cast<const LoggedClaim*>(block.bytes.get() + block.begin);
}

void ClaimLog::DropOldest() {
  const LoggedClaim* claim = oldest();
  Block& block = blocks_.front();
  block.begin += SizeOf(claim->key_size, claim->owner_size);
  if (block.begin < block.end) return;
  block.begin = block.end = 0;
  if (block.capacity == kBlockSize && spare_.size() < kSpareBlocks) {
    spare_.splice(spare_.begin(), blocks_, blocks_.begin());
  } else {
    blocks_.pop_front();
  }
}

}  // namespace sluice
