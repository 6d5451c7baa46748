#include "http/answer.h"

#include <cstddef>
#include <utility>

#include "util/json_string.h"

namespace sluice {
namespace {

// Takes as long wherever the first difference is, so that time tells nothing about the token.
bool SameSecret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^
                  static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

bool HasToken(const HttpRequest& request, std::string_view token) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.Header("Authorization");
  return EqualInAnyCase(value.substr(0, kScheme.size()), kScheme) &&
         SameSecret(value.substr(kScheme.size()), token);
}

HttpDecision Refuse(int status, std::string_view error, const HttpRequest& request,
                    HttpField field = {}) {
  HttpDecision decision;
  decision.refusal = ErrorPage(status, error, request.path);
  if (!field.first.empty()) decision.refusal.headers.push_back(std::move(field));
  return decision;
}

}  // namespace

HttpDecision Decide(const HttpRoutes& routes, const HttpServerSettings& settings,
                    const HttpRequest& request, HttpArrival arrival) {
  const HttpRoute* route = routes.Find(request.path);
  if (route == nullptr || route->access != HttpAccess::kOpen) {
    const bool public_page = route != nullptr && route->access == HttpAccess::kPublic;
    if (!settings.tls.cert_file.empty() && !arrival.secure) {
      return Refuse(403, "TLS is needed here: write https", request);
    }
    if (!settings.token.empty() && !public_page && !HasToken(request, settings.token)) {
      return Refuse(401, "a bearer token is needed", request, {"WWW-Authenticate", "Bearer"});
    }
    if (settings.token.empty() && settings.only_open) {
      return Refuse(403, "only the probes are answered here: " + settings.open_advice, request);
    }
  }
  if (route == nullptr) return Refuse(404, "no such page", request);
  if (request.method != "GET" && request.method != "HEAD") {
    return Refuse(405, "only GET and HEAD are allowed", request, {"Allow", "GET, HEAD"});
  }
  if (arrival.has_body) return Refuse(413, "no request body is allowed", request);
  return {route, {}};
}

HttpResponse Call(const HttpRoute& route, const HttpRequest& request) {
  try {
    return route.handler(request);
  } catch (...) {
    return ErrorPage(500, "request failed", request.path);
  }
}

HttpResponse ErrorPage(int status, std::string_view error, const std::string& path) {
  std::string body = "{\"error\":" + JsonString(error);
  if (!path.empty()) body += ",\"path\":" + JsonString(path);
  return {status, "application/json", body + "}\n", {}};
}

}  // namespace sluice
