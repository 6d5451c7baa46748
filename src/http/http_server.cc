#include "http/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <thread>
#include <utility>

#include "http/listen_address.h"
#include "http/session.h"

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

error_code Bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    error_code ignored;
    acceptor.close(ignored);
  }
  return error;
}

/// Takes the first address of the host that can be listened on.
error_code Listen(tcp::acceptor& acceptor, const ListenAddress& address) {
  error_code error;
  tcp::resolver resolver(acceptor.get_executor());
  const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
  const auto found = resolver.resolve(address.host, std::to_string(address.port), flags, error);
  if (error) return error;
  for (const auto& entry : found) {
    error = Bind(acceptor, entry.endpoint());
    if (!error) return error;
  }
  return error;
}

}  // namespace

struct HttpServer::State {
  State(HttpRoutes the_routes, HttpServerSettings the_settings)
      : routes(std::move(the_routes)),
        settings(std::move(the_settings)),
        handlers(static_cast<std::size_t>(settings.handler_threads)),
        context{routes, settings, handlers} {}

  void Accept();
  void OnAccept(const error_code& error, tcp::socket socket);
  void AcceptLater();
  void BeginStop();
  void RunIo();

  HttpRoutes routes;
  HttpServerSettings settings;
  asio::io_context io{1};
  asio::thread_pool handlers;
  SessionContext context;
  tcp::acceptor acceptor{io};
  asio::steady_timer pause{io};
  int port = 0;
  std::thread thread;
};

void HttpServer::State::Accept() {
  acceptor.async_accept(
      [this](const error_code& error, tcp::socket socket) { OnAccept(error, std::move(socket)); });
}

void HttpServer::State::OnAccept(const error_code& error, tcp::socket socket) {
  if (context.stopping) return;
  HttpConnectionList& connections = context.connections;
  if (error) {
    // Most likely out of file descriptors: accepting at once would fail for ever without a pause.
    connections.CloseLongestWaiting();
    return AcceptLater();
  }
  // First, so that a session that can't be started does not leave the server deaf.
  Accept();
  // Whoever opens connections and says nothing must not keep others out.
  if (connections.size() < settings.max_connections || connections.CloseLongestWaiting()) {
    StartSession(std::move(socket), context);
  }
}

void HttpServer::State::AcceptLater() {
  pause.expires_after(kAcceptPause);
  pause.async_wait([this](const error_code& error) {
    if (!error && !context.stopping) Accept();
  });
}

void HttpServer::State::BeginStop() {
  context.stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  context.connections.EndWithin(kStopGrace);
}

// A response that can't be built, for want of memory or with a status that HTTP doesn't know, must
// not end the process: its connection is closed at the deadline of its handler.
void HttpServer::State::RunIo() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception&) {
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
  if (const error_code error = Listen(state->acceptor, *address); error) {
    return CannotListen(listen, state->settings, error);
  }
  error_code ignored;
  state->port = state->acceptor.local_endpoint(ignored).port();
  state->Accept();
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
