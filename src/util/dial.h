#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "util/server_address.h"

namespace sluice {

/// A connected socket, non-blocking and owned by whoever gets it, or why there is none.
struct Dialled {
  int fd = -1;
  std::size_t address = 0;  ///< Index of the one that took the connection.
  std::string problem;
};

/// Connects to the first address that takes the connection. The next one is tried as soon as one
/// has failed, and after a quarter of a second in any case, so that an address that swallows
/// packets holds up nobody.
Dialled Dial(std::span<const ServerAddress> addresses, const DialLimits& limits);

}  // namespace sluice
