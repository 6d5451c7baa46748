#include "util/listen_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace sluice {
namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsIpv6(std::string_view host) {
  in6_addr address{};
  // A link-local address names its interface: fe80::1%eth0.
  const std::size_t zone = host.find('%');
  if (zone != std::string_view::npos && zone + 1 == host.size()) return false;
  return inet_pton(AF_INET6, std::string(host.substr(0, zone)).c_str(), &address) == 1;
}

/// Underscores are no host name's, but those of containers have them.
bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '-' ||
                  c == '_';
         });
}

bool IsName(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > kMaxName) return false;
  std::string_view rest = host;
  std::string_view label;
  for (bool more = true; more;) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!IsLabel(label)) return false;
    more = dot != std::string_view::npos;
    if (more) rest.remove_prefix(dot + 1);
  }
  // What ends like an address is no name, even if it is no address either.
  if (!std::ranges::all_of(label, IsDigit)) return true;
  in_addr address{};
  return inet_aton(std::string(host).c_str(), &address) == 1;
}

}  // namespace

std::optional<ListenAddress> ParseListenAddress(std::string_view listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = listen.substr(0, colon);
  const std::string_view digits = listen.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!IsIpv6(host)) return std::nullopt;
  } else if (host == "*") {
    host = {};
  } else if (!host.empty() && !IsName(host)) {
    return std::nullopt;
  }
  ListenAddress address{std::string(host), 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return address;
}

}  // namespace sluice
