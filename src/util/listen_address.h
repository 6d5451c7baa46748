#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

struct ListenAddress {
  std::string host;  ///< A name, or an address without brackets; empty: every address.
  std::uint16_t port = 0;
};

/// Reads "host:port". An IPv6 host stands in brackets; an empty host and "*" mean every address,
/// IPv6 and IPv4. Nothing for any other form, and for a host that can't exist.
std::optional<ListenAddress> ParseListenAddress(std::string_view listen);

}  // namespace sluice
