#include "http/listener.h"

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <string>
#include <vector>

namespace sluice {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

enum class Family { kAsGiven, kBoth };

error_code Bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, Family family) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && family == Family::kBoth) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

error_code Add(asio::io_context& io, const tcp::endpoint& endpoint, Family family,
               HttpListeners& listeners) {
  HttpListener& listener = listeners.emplace_back(io);
  const error_code error = Bind(listener.acceptor, endpoint, family);
  if (error) listeners.pop_back();
  return error;
}

error_code ListenEverywhere(asio::io_context& io, std::uint16_t port, HttpListeners& listeners) {
  const error_code error = Add(io, {tcp::v6(), port}, Family::kBoth, listeners);
  if (!error || error == asio::error::address_in_use) return error;
  // A machine without IPv6.
  return Add(io, {tcp::v4(), port}, Family::kAsGiven, listeners);
}

error_code Resolve(asio::io_context& io, const ListenAddress& address,
                   std::vector<tcp::endpoint>& endpoints) {
  error_code error;
  tcp::resolver resolver(io);
  const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
  const auto found = resolver.resolve(address.host, std::to_string(address.port), flags, error);
  if (error) return error;
  for (const auto& entry : found) {
    // Names may list an address twice; the second time it would be in use.
    if (std::ranges::find(endpoints, entry.endpoint()) != endpoints.end()) continue;
    endpoints.push_back(entry.endpoint());
  }
  return error;
}

}  // namespace

error_code Listen(asio::io_context& io, const ListenAddress& address, HttpListeners& listeners) {
  if (address.host.empty()) return ListenEverywhere(io, address.port, listeners);
  std::vector<tcp::endpoint> endpoints;
  error_code error = Resolve(io, address, endpoints);
  if (error) return error;
  HttpListeners added;
  for (tcp::endpoint& endpoint : endpoints) {
    error_code ignored;
    if (!added.empty()) endpoint.port(added.front().acceptor.local_endpoint(ignored).port());
    const error_code one = Add(io, endpoint, Family::kAsGiven, added);
    // A port that the system chose may be taken at another address.
    if (one == asio::error::address_in_use && address.port != 0) return one;
    if (one && !error) error = one;
  }
  if (added.empty()) return error;
  listeners.splice(listeners.end(), added);
  return {};
}

}  // namespace sluice
