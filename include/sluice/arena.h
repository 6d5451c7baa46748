#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice {

/// Bump allocator for what lives as long as a batch or a transaction. Reset keeps the blocks, so
/// that a worker in its steady state allocates nothing. Not thread-safe: one owner, one thread.
class Arena {
 public:
  explicit Arena(std::size_t block_size = kDefaultBlock) : block_size_(block_size) {}

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Uninitialised bytes, aligned to 8; valid until Reset.
  char* Allocate(std::size_t size) {
    size = (size + 7) & ~std::size_t{7};
    if (size <= static_cast<std::size_t>(end_ - next_)) {
      char* at = next_;
      next_ += size;
      return at;
    }
    return AllocateSlow(size);
  }

  /// Gives back the tail of the most recent allocation, of which only `used` bytes are kept.
  void Shrink(char* at, std::size_t used) {
    char* end = at + ((used + 7) & ~std::size_t{7});
    if (end < next_ && at >= current_begin_) next_ = end;
  }

  std::string_view Copy(std::string_view text) {
    char* at = Allocate(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  template <typename T>
  T* New() {
    static_assert(alignof(T) <= 8);
    return new (Allocate(sizeof(T))) T();
  }

  /// Forgets all allocations. Blocks above the standard size are given back to the system, and so
  /// are more than `keep_blocks` of the standard size.
  void Reset(std::size_t keep_blocks = kKeepBlocks);

  [[nodiscard]] std::size_t bytes_reserved() const { return reserved_; }
  /// What is allocated since the last Reset, in whole blocks.
  [[nodiscard]] std::size_t bytes_used() const {
    return reserved_ - (blocks_.size() - used_blocks_) * block_size_;
  }

 private:
  static constexpr std::size_t kDefaultBlock = std::size_t{256} << 10;
  static constexpr std::size_t kKeepBlocks = 32;

  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  char* AllocateSlow(std::size_t size);
  void Use(const Block& block);

  std::size_t block_size_;
  std::vector<Block> blocks_;
  std::vector<Block> large_;
  std::size_t used_blocks_ = 0;
  std::size_t reserved_ = 0;
  char* current_begin_ = nullptr;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace sluice
