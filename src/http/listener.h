#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "util/listen_address.h"

namespace sluice {

/// One address that is listened on.
struct HttpListener {
  explicit HttpListener(boost::asio::io_context& io) : acceptor(io), pause(io) {}

  boost::asio::ip::tcp::acceptor acceptor;
  boost::asio::steady_timer pause;  ///< Until it accepts again, after a failure.
};

using HttpListeners = std::list<HttpListener>;

/// Listens on every address of the host; those that this machine doesn't have are left out, unless
/// there is no other. All have the same port. Adds nothing where it fails.
boost::system::error_code Listen(boost::asio::io_context& io, const ListenAddress& address,
                                 HttpListeners& listeners);

}  // namespace sluice
