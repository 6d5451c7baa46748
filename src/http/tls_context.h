#pragma once

#include <boost/asio/ssl/context.hpp>

#include "http/http_server.h"
#include "sluice/result.h"

namespace sluice {

/// Loads the files into a context for TLS 1.2 and newer; kInvalidConfig names the one that can't be
/// used and the configuration key.
Status LoadTls(const HttpServerSettings& settings, boost::asio::ssl::context& tls);

}  // namespace sluice
