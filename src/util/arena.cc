#include "sluice/arena.h"

namespace sluice {

void Arena::Use(const Block& block) {
  current_begin_ = next_ = block.bytes.get();
  end_ = next_ + block.size;
}

char* Arena::AllocateSlow(std::size_t size) {
  if (size > block_size_ / 2) {
    large_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
    reserved_ += size;
    return large_.back().bytes.get();
  }
  if (used_blocks_ == blocks_.size()) {
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_size_), block_size_});
    reserved_ += block_size_;
  }
  Use(blocks_[used_blocks_++]);
  char* at = next_;
  next_ += size;
  return at;
}

void Arena::Reset(std::size_t keep_blocks) {
  for (const Block& block : large_) reserved_ -= block.size;
  large_.clear();
  if (blocks_.size() > keep_blocks) {
    reserved_ -= (blocks_.size() - keep_blocks) * block_size_;
    blocks_.resize(keep_blocks);
  }
  used_blocks_ = 0;
  current_begin_ = next_ = end_ = nullptr;
}

}  // namespace sluice
