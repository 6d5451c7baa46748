#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <map>

#include "http/connection_list.h"
#include "http/event_feed.h"
#include "http/http_server.h"
#include "http/routes.h"

namespace sluice {

/// How long a request that is being answered may still take once the server stops.
inline constexpr std::chrono::milliseconds kStopGrace{1'000};

/// What the connections of a server share. The I/O thread alone uses `connections`, `feeds` and
/// `stopping`; the rest does not change while the server runs.
struct SessionContext {
  const HttpRoutes& routes;
  const HttpServerSettings& settings;
  boost::asio::thread_pool& handlers;
  boost::asio::ssl::context* tls = nullptr;  ///< nullptr: plain text only.
  HttpConnectionList connections = {};
  std::map<const HttpRoute*, HttpEventFeed> feeds = {};  ///< Of every route with events.
  bool stopping = false;
};

/// Reads requests from the socket and answers them, one after the other, until the client or a
/// time-out ends it or the context is stopping. Called on the I/O thread of the socket's executor;
/// the context must outlive the executor's work.
void StartSession(boost::asio::ip::tcp::socket socket, SessionContext& context);

}  // namespace sluice
