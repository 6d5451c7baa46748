#include "http/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "http/listener.h"
#include "http/session.h"
#include "http/tls_context.h"
#include "util/listen_address.h"

namespace sluice {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};

Error CannotListen(const std::string& listen, const HttpServerSettings& settings,
                   const error_code& error) {
  std::string text = settings.name + ": can't listen on " + listen + ": ";
  if (error == asio::error::address_in_use) {
    text += "address already in use; change " + settings.listen_key + " or end the other process";
  } else {
    text += error.message() + "; change " + settings.listen_key;
  }
  return {ErrorKind::kInvalidConfig, text};
}

}  // namespace

struct HttpServer::State {
  State(HttpRoutes the_routes, HttpServerSettings the_settings)
      : routes(std::move(the_routes)),
        settings(std::move(the_settings)),
        handlers(static_cast<std::size_t>(settings.handler_threads)),
        context{routes, settings, handlers} {
    const HttpEventFeed::Limits limits{settings.max_listeners, settings.event_interval};
    for (const auto& [path, route] : routes.all()) {
      if (!route.events) continue;
      context.feeds.try_emplace(&route, io, handlers, route.events, limits);
    }
  }

  Status LoadTlsFiles();
  void Accept(HttpListener& listener);
  void OnAccept(HttpListener& listener, const error_code& error, tcp::socket socket);
  void AcceptLater(HttpListener& listener);
  void BeginStop();
  void RunIo();

  HttpRoutes routes;
  HttpServerSettings settings;
  asio::io_context io{1};
  asio::thread_pool handlers;
  SessionContext context;
  std::optional<asio::ssl::context> tls;
  HttpListeners listeners;
  int port = 0;
  std::thread thread;
};

Status HttpServer::State::LoadTlsFiles() {
  if (settings.tls.cert_file.empty()) return Ok();
  tls.emplace(asio::ssl::context::tls_server);
  context.tls = &*tls;
  return LoadTls(settings, *tls);
}

void HttpServer::State::Accept(HttpListener& listener) {
  listener.acceptor.async_accept([this, &listener](const error_code& error, tcp::socket socket) {
    OnAccept(listener, error, std::move(socket));
  });
}

void HttpServer::State::OnAccept(HttpListener& listener, const error_code& error,
                                 tcp::socket socket) {
  if (context.stopping) return;
  HttpConnectionList& connections = context.connections;
  if (error) {
    // Most likely out of file descriptors: accepting at once would fail for ever without a pause.
    connections.CloseLongestWaiting();
    return AcceptLater(listener);
  }
  // First, so that a session that can't be started does not leave the server deaf.
  Accept(listener);
  // Whoever opens connections and says nothing must not keep others out.
  if (connections.size() < settings.max_connections || connections.CloseLongestWaiting()) {
    StartSession(std::move(socket), context);
  }
}

void HttpServer::State::AcceptLater(HttpListener& listener) {
  listener.pause.expires_after(kAcceptPause);
  listener.pause.async_wait([this, &listener](const error_code& error) {
    if (!error && !context.stopping) Accept(listener);
  });
}

void HttpServer::State::BeginStop() {
  context.stopping = true;
  for (HttpListener& listener : listeners) {
    error_code ignored;
    listener.acceptor.close(ignored);
    listener.pause.cancel();
  }
  for (auto& [route, feed] : context.feeds) feed.Stop();
  context.connections.EndWithin(kStopGrace);
}

// A response that can't be built, for want of memory or with a status that HTTP doesn't know, must
// not end the process: its connection is closed at the deadline of its handler.
void HttpServer::State::RunIo() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (...) {
      continue;
    }
  }
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(); }
int HttpServer::port() const { return state_->port; }

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen, HttpRoutes routes,
                                                      HttpServerSettings settings) {
  const auto address = ParseListenAddress(listen);
  if (!address) {
    return Error{ErrorKind::kInvalidConfig, settings.listen_key + ": \"" + listen +
                                                "\" is not host:port; write 127.0.0.1:8080, say"};
  }
  auto state = std::make_unique<State>(std::move(routes), std::move(settings));
  SLUICE_TRY(state->LoadTlsFiles());
  if (const error_code error = Listen(state->io, *address, state->listeners); error) {
    return CannotListen(listen, state->settings, error);
  }
  error_code ignored;
  state->port = state->listeners.front().acceptor.local_endpoint(ignored).port();
  for (HttpListener& listener : state->listeners) state->Accept(listener);
  state->thread = std::thread([state = state.get()] { state->RunIo(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

void HttpServer::Stop() {
  if (!state_->thread.joinable()) return;
  asio::post(state_->io, [state = state_.get()] { state->BeginStop(); });
  state_->thread.join();
  state_->handlers.stop();
  state_->handlers.join();
}

}  // namespace sluice
