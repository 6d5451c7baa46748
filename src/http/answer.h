#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "http/routes.h"

namespace sluice {

/// The route that answers a request, or the response that refuses it.
struct HttpDecision {
  const HttpRoute* route = nullptr;
  HttpResponse refusal;  ///< Only if there is no route: 401, 404, 405 or 413.
};

/// Decides what to do with a request before any handler runs. `token` is what "Authorization:
/// Bearer" has to hold for the routes that are not open, or empty if nothing is demanded. The
/// route lives as long as `routes`.
HttpDecision Decide(const HttpRoutes& routes, std::string_view token, const HttpRequest& request,
                    bool has_body);

/// Calls the route's handler; 500 if it throws.
HttpResponse Call(const HttpRoute& route, const HttpRequest& request);

/// A JSON page that names the error and, unless it is empty, the path.
HttpResponse ErrorPage(int status, std::string_view error, const std::string& path);

}  // namespace sluice
