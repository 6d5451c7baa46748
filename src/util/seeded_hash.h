#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

/// SipHash-1-3 under a key that each process draws at its start: who sends keys can't choose those
/// that fall into one place of a hash table. For every table whose keys come from outside.
std::uint64_t SeededHash(std::string_view bytes);

/// The same, as a standard container wants it.
struct SeededStringHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name.
  std::size_t operator()(std::string_view text) const {
    return static_cast<std::size_t>(SeededHash(text));
  }
};

}  // namespace sluice
