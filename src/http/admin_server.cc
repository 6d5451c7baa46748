#include "http/admin_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "util/json_string.h"

namespace sluice {
namespace {

constexpr std::size_t kThreads = 4;
constexpr time_t kClientTimeoutSeconds = 2;

struct Address {
  std::string host;
  int port = 0;
};

std::optional<Address> ParseAddress(std::string_view listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = listen.substr(0, colon);
  const std::string_view digits = listen.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find_first_of(":[]") != std::string_view::npos) return std::nullopt;
  Address address{host.empty() ? "0.0.0.0" : std::string(host), 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole || address.port < 0 || address.port > 65535) return std::nullopt;
  return address;
}

std::string ReadinessJson(const std::vector<std::string>& reasons) {
  std::string json = reasons.empty() ? "{\"ready\":true" : "{\"ready\":false";
  json += ",\"reasons\":[";
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (i > 0) json += ',';
    json += JsonString(reasons[i]);
  }
  return json + "]}\n";
}

// httplib's own choice, SO_REUSEPORT, lets two processes share the port in silence.
void SetSocketOptions(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

void AddRoutes(httplib::Server& server, const AdminHandlers& handlers) {
  using httplib::Request;
  using httplib::Response;
  server.Get("/metrics", [&handlers](const Request&, Response& response) {
    response.set_content(handlers.metrics(), "text/plain; version=0.0.4; charset=utf-8");
  });
  const auto live = [](const Request&, Response& response) {
    response.set_content("ok\n", "text/plain");
  };
  server.Get("/livez", live);
  server.Get("/ping", live);
  const auto ready = [&handlers](const Request&, Response& response) {
    const auto reasons = handlers.not_ready();
    response.status = reasons.empty() ? 200 : 503;
    response.set_content(ReadinessJson(reasons), "application/json");
  };
  server.Get("/readyz", ready);
  server.Get("/ready", ready);
  server.Get("/status", [&handlers](const Request&, Response& response) {
    response.set_content(handlers.status_json(), "application/json");
  });
  server.Get("/version", [&handlers](const Request&, Response& response) {
    response.set_content(handlers.version_json(), "application/json");
  });
  server.Get("/config", [&handlers](const Request&, Response& response) {
    response.set_content(handlers.config_text(), "text/yaml");
  });
  server.set_error_handler([](const Request& request, Response& response) {
    if (!response.body.empty()) return;
    const std::string error = response.status == 404 ? "no such page" : "request failed";
    response.set_content(
        "{\"error\":" + JsonString(error) + ",\"path\":" + JsonString(request.path) + "}\n",
        "application/json");
  });
}

Error CannotListen(const std::string& listen, int code) {
  const std::string what = "admin server: can't listen on " + listen + ": ";
  if (code == EADDRINUSE) {
    return {ErrorKind::kFatal,
            what + "address already in use; change admin.listen or end the other process"};
  }
  const std::string why =
      code == 0 ? "no such address" : std::error_code(code, std::generic_category()).message();
  return {ErrorKind::kFatal, what + why + "; change admin.listen"};
}

}  // namespace

struct AdminServer::State {
  AdminHandlers handlers;
  httplib::Server server;
  int port = 0;
  std::atomic<bool> ended{false};
  std::thread thread;
};

AdminServer::AdminServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
AdminServer::~AdminServer() { Stop(); }
int AdminServer::port() const { return state_->port; }

Result<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& listen,
                                                        AdminHandlers handlers) {
  const auto address = ParseAddress(listen);
  if (!address) {
    return Error{ErrorKind::kInvalidConfig,
                 "admin.listen: \"" + listen + "\" is not host:port; write 127.0.0.1:8080, say"};
  }
  auto state = std::make_unique<State>();
  state->handlers = std::move(handlers);
  httplib::Server& server = state->server;
  AddRoutes(server, state->handlers);
  server.set_socket_options(SetSocketOptions);
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // httplib owns it
  // A connection that stays open would hold one of the few threads.
  server.set_keep_alive_max_count(1);
  server.set_read_timeout(kClientTimeoutSeconds);
  server.set_write_timeout(kClientTimeoutSeconds);

  errno = 0;
  if (address->port == 0) {
    state->port = server.bind_to_any_port(address->host);
    if (state->port < 0) return CannotListen(listen, errno);
  } else {
    if (!server.bind_to_port(address->host, address->port)) return CannotListen(listen, errno);
    state->port = address->port;
  }
  state->thread = std::thread([&state = *state] {
    state.server.listen_after_bind();
    state.ended = true;
  });
  // httplib forgets a stop that comes before it runs.
  while (!server.is_running() && !state->ended) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(state)));
}

void AdminServer::Stop() {
  if (!state_->thread.joinable()) return;
  state_->server.stop();
  state_->thread.join();
}

}  // namespace sluice
