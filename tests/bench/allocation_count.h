#pragma once

#include <cstdint>

namespace sluice::bench {

/// Heap allocations that the calling thread has made since its start.
/// Linking allocation_count.cc replaces operator new for the whole program.
std::uint64_t AllocationsOfThisThread();

}  // namespace sluice::bench
