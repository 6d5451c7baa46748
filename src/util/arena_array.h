#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include "sluice/arena.h"

namespace sluice {

/// `count` value-initialised objects that live as long as what the arena holds.
template <typename T>
std::span<T> NewArray(Arena& arena, std::size_t count) {
  static_assert(alignof(T) <= 8 && std::is_trivially_destructible_v<T>);
  T* at = reinterpret_cast<T*>(arena.Allocate(count * sizeof(T)));
  std::uninitialized_value_construct_n(at, count);
  return {at, count};
}

}  // namespace sluice
