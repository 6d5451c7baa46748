#include "http/live_page.h"

#include <string>
#include <string_view>

#include "http/page_files.h"

namespace sluice {
namespace {

/// Nothing but the files of this server, no script in the page, no text that becomes markup.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

std::string_view TypeOf(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

/// Whether If-None-Match names the tag, among others or marked as weak.
bool Has(std::string_view known, std::string_view etag) {
  return known == "*" || known.find(etag) != std::string_view::npos;
}

HttpResponse Answer(const PageFile& file, const HttpRequest& request) {
  HttpResponse response;
  response.content_type = TypeOf(file.name);
  response.headers = {{"ETag", std::string(file.etag)},
                      {"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", std::string(kPolicy)},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"}};
  if (Has(request.Header("If-None-Match"), file.etag)) {
    response.status = 304;
  } else {
    response.body = file.bytes;
  }
  return response;
}

}  // namespace

void AddLivePage(HttpRoutes& routes) {
  for (const PageFile& file : PageFiles()) {
    const std::string path = file.name == "index.html" ? "/" : "/" + std::string(file.name);
    routes.Get(
        path, [&file](const HttpRequest& request) { return Answer(file, request); },
        HttpAccess::kPublic);
  }
}

}  // namespace sluice
