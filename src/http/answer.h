#pragma once

#include <string>
#include <string_view>

#include "http/http_server.h"
#include "http/message.h"
#include "http/routes.h"

namespace sluice {

/// The route that answers a request, or the response that refuses it.
struct HttpDecision {
  const HttpRoute* route = nullptr;
  HttpResponse refusal;  ///< Only if there is no route: 401, 403, 404, 405 or 413.
};

/// How a request came in, beside what it says.
struct HttpArrival {
  bool has_body = false;
  bool secure = false;  ///< In TLS.
};

/// Decides what to do with a request before any handler runs: routes that are not open are answered
/// as the settings say. The route lives as long as `routes`.
HttpDecision Decide(const HttpRoutes& routes, const HttpServerSettings& settings,
                    const HttpRequest& request, HttpArrival arrival);

/// Calls the route's handler; 500 if it throws. The route is no stream of events.
HttpResponse Call(const HttpRoute& route, const HttpRequest& request);

/// A JSON page that names the error and, unless it is empty, the path.
HttpResponse ErrorPage(int status, std::string_view error, const std::string& path);

}  // namespace sluice
