#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>

namespace sluice {

/// One claim in a ClaimLog; its key and owner stand behind it in memory.
struct LoggedClaim {
  std::uint64_t hash;  ///< Of the key.
  std::int64_t made_ms;
  std::uint32_t key_size;
  std::uint32_t owner_size;

  [[nodiscard]] std::string_view key() const {
    return {reinterpret_cast<const char*>(this + 1), key_size};
  }
  [[nodiscard]] std::string_view owner() const {
    return {reinterpret_cast<const char*>(this + 1) + key_size, owner_size};
  }
};

/// Claims in the order in which they were made, appended at one end and dropped at the other.
/// A claim stays where it is until it is dropped. Blocks are reused: no allocation in the steady
/// state. Not thread-safe.
class ClaimLog {
 public:
  const LoggedClaim* Append(std::uint64_t hash, std::int64_t made_ms, std::string_view key,
                            std::string_view owner);
  /// nullptr if there is none.
  [[nodiscard]] const LoggedClaim* oldest() const;
  void DropOldest();

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t capacity = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  Block& BlockFor(std::size_t size);

  std::list<Block> blocks_;  ///< Oldest first; only the last one may be empty.
  std::list<Block> spare_;
};

}  // namespace sluice
