#include "kafka/broker_list.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>

namespace sluice::kafka {
namespace {

constexpr std::array<std::string_view, 4> kProtocols = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT",
                                                        "SASL_SSL"};

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool EqualsInAnyCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

bool IsHost(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

/// The inside of the brackets: an IPv6 address, maybe with a zone.
bool IsBracketed(std::string_view text) {
  const std::string_view address = text.substr(0, text.find('%'));
  return address.find(':') != std::string_view::npos &&
         std::ranges::all_of(address, [](unsigned char c) {
           return std::isxdigit(c) != 0 || c == ':' || c == '.';
         });
}

std::string FaultOfAddress(std::string_view address) {
  std::string_view port;
  bool has_port = false;
  if (address.starts_with('[')) {
    const auto end = address.find(']');
    if (end == std::string_view::npos) return "has no `]`";
    if (!IsBracketed(address.substr(1, end - 1))) return "has no IPv6 address in its brackets";
    const std::string_view rest = address.substr(end + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) return "has something else than a port behind its brackets";
    port = has_port ? rest.substr(1) : rest;
  } else {
    const auto colon = address.find(':');
    has_port = colon != std::string_view::npos;
    if (has_port) port = address.substr(colon + 1);
    if (port.find(':') != std::string_view::npos) {
      return "has several colons: an IPv6 address stands in brackets, as in [::1]:9092";
    }
    if (!IsHost(address.substr(0, colon))) return "has no host name";
  }
  return has_port && !IsPort(port) ? "has no port between 1 and 65535" : "";
}

std::string FaultOfBroker(std::string_view broker) {
  if (const auto scheme = broker.find("://"); scheme != std::string_view::npos) {
    const std::string_view protocol = broker.substr(0, scheme);
    const bool known = std::ranges::any_of(
        kProtocols, [&](std::string_view name) { return EqualsInAnyCase(name, protocol); });
    if (!known) return "has an unknown protocol: leave it out and set `security.protocol`";
    broker.remove_prefix(scheme + 3);
  }
  return FaultOfAddress(broker);
}

}  // namespace

std::string FaultOfBrokers(std::string_view list) {
  bool some = false;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view broker = Trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (broker.empty()) continue;
    some = true;
    if (const std::string fault = FaultOfBroker(broker); !fault.empty()) {
      return "the broker `" + std::string(broker) + "` " + fault +
             "; write host:port, several with commas in between";
    }
  }
  return some ? "" : "names no broker; write host:port, several with commas in between";
}

}  // namespace sluice::kafka
