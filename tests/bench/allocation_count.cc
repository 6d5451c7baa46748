#include "bench/allocation_count.h"

#include <cstdlib>
#include <new>

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

namespace sluice::bench {
std::uint64_t AllocationsOfThisThread() { return allocations; }
}  // namespace sluice::bench

void* operator new(std::size_t size) {
  ++allocations;
  void* at = std::malloc(size == 0 ? 1 : size);
  if (at == nullptr) throw std::bad_alloc();
  return at;
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t /*size*/) noexcept { std::free(at); }
