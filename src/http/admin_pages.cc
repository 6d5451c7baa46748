#include "http/admin_pages.h"

#include <cstddef>
#include <utility>

#include "util/json_string.h"

namespace sluice {
namespace {

std::string ReadinessJson(const std::vector<std::string>& reasons) {
  std::string json = reasons.empty() ? "{\"ready\":true" : "{\"ready\":false";
  json += ",\"reasons\":[";
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (i > 0) json += ',';
    json += JsonString(reasons[i]);
  }
  return json + "]}\n";
}

HttpResponse Page(std::string content_type, std::string body) {
  return {200, std::move(content_type), std::move(body), {}};
}

}  // namespace

void AddAdminPages(AdminReports reports, HttpRoutes& routes) {
  routes.Get("/metrics", [metrics = std::move(reports.metrics)](const HttpRequest&) {
    return Page("text/plain; version=0.0.4; charset=utf-8", metrics());
  });
  const HttpHandler live = [not_alive = std::move(reports.not_alive)](const HttpRequest&) {
    std::string text;
    for (const std::string& reason : not_alive()) text += reason + '\n';
    HttpResponse response = Page("text/plain", text.empty() ? "ok\n" : text);
    if (!text.empty()) response.status = 503;
    return response;
  };
  const HttpHandler ready = [not_ready = std::move(reports.not_ready)](const HttpRequest&) {
    const auto reasons = not_ready();
    HttpResponse response = Page("application/json", ReadinessJson(reasons));
    if (!reasons.empty()) response.status = 503;
    return response;
  };
  for (const char* path : {"/livez", "/ping"}) routes.Get(path, live, HttpAccess::kOpen);
  for (const char* path : {"/readyz", "/ready"}) routes.Get(path, ready, HttpAccess::kOpen);
  routes.Get("/version", [version = std::move(reports.version_json)](const HttpRequest&) {
    return Page("application/json", version());
  });
  routes.Get("/config", [config = std::move(reports.config_text)](const HttpRequest&) {
    return Page("text/yaml", config());
  });
}

}  // namespace sluice
