#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

/// A header's name and value.
using HttpField = std::pair<std::string, std::string>;

/// A request as a handler sees it. Nothing in it is percent-decoded.
struct HttpRequest {
  std::string method;              ///< As sent: methods are case-sensitive.
  std::string path;                ///< The target up to '?', such as "/metrics".
  std::string query;               ///< What follows '?'; empty if there is none.
  std::vector<HttpField> headers;  ///< In the order in which they came.

  /// The value of the first header of that name in any case, or an empty text. Valid as long as
  /// the request.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
};

/// What a handler answers. The server adds Content-Length and Connection, and leaves the body out
/// where HEAD asked.
struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain";
  std::string body = {};
  std::vector<HttpField> headers = {};  ///< Further ones.
};

/// Answers one request. The server calls it from its handler threads, several at a time. An
/// exception is answered with 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// Whether two texts differ at most in the case of ASCII letters.
bool EqualInAnyCase(std::string_view a, std::string_view b);

/// Splits a request's target ("/status?full=1", or the absolute form "http://host/status") into
/// the request's path and query.
void SetTarget(std::string_view target, HttpRequest& request);

}  // namespace sluice
