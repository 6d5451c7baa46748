#pragma once

#include <cstdint>

namespace sluice::bench {

/// Heap allocations that the calling thread has made since its start, by any means (malloc,
/// operator new, ...), those that librdkafka and hiredis made for themselves left out.
/// Linking allocation_count.cc replaces malloc for the whole program.
std::uint64_t AllocationsOfThisThread();

}  // namespace sluice::bench
