// Serves /livez until it is ended, for http_bench.py: http_host HOST:PORT [CONNECTIONS]

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "http/http_server.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: http_host HOST:PORT [CONNECTIONS]\n", stderr);
    return 64;
  }
  sluice::HttpRoutes routes;
  routes.Get("/livez", [](const sluice::HttpRequest&) {
    return sluice::HttpResponse{200, "text/plain", "ok\n", {}};
  });
  sluice::HttpServerSettings settings;
  settings.max_connections = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20'000;
  const auto server = sluice::HttpServer::Start(argv[1], std::move(routes), settings);
  if (!server.ok()) {
    std::fprintf(stderr, "http_host: %s\n", server.error().message.c_str());
    return 1;
  }
  for (;;) pause();
}
