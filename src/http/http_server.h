#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/routes.h"
#include "sluice/result.h"

namespace sluice {

/// PEM files: the certificate with those that vouch for it, and its key. Both or none.
struct HttpTls {
  std::string cert_file;
  std::string key_file;
};

struct HttpServerSettings {
  std::string name = "admin server";        ///< What error messages call the server.
  std::string listen_key = "admin.listen";  ///< The configuration key that they tell to change.
  std::string tls_key = "admin.tls";        ///< The same for `tls`.
  std::string token;                        ///< Demanded by routes that aren't open; empty: none.
  bool only_open = false;                   ///< Without a token, routes that aren't open are 403,
  std::string open_advice = "set admin.token";  ///< with this advice.
  HttpTls tls;  ///< Given: routes that aren't open are answered in TLS only, the others in both.
  std::size_t max_listeners = 32;  ///< Of each stream of events; one more is answered with 503.
  std::chrono::milliseconds event_interval{1'000};  ///< Between two events of a stream, at least.
  int handler_threads = 2;                          ///< How many handlers run at a time.
  std::size_t max_connections = 256;         ///< One more closes the one that has waited longest.
  std::uint32_t max_head_bytes = 16 * 1024;  ///< Of the request line and headers; then 431.
  std::chrono::milliseconds idle_timeout{60'000};     ///< Until the first byte of a request.
  std::chrono::milliseconds request_timeout{10'000};  ///< From there to the end of its head.
  std::chrono::milliseconds handler_timeout{10'000};  ///< Then 500; its late response is dropped.
  std::chrono::milliseconds write_timeout{10'000};    ///< For the whole response.
};

/// kInvalidConfig if the files of `tls` can't be read, are no PEM or don't belong together.
Status CheckHttpTls(const HttpServerSettings& settings);

/// An HTTP/1.1 server for GET and HEAD, with streams of server-sent events. TLS and plain text
/// share its port: the first byte that a client sends tells them apart. One thread does the input
/// and output of all connections, so that a slow client holds up nobody; handlers run in threads of
/// their own.
class HttpServer {
 public:
  /// Listens on "host:port": on every address of a name, on all that there are where the host is
  /// empty or "*". An IPv6 host stands in brackets, port 0 lets the system choose. kInvalidConfig
  /// for any other form, if none of the addresses can be listened on or one is in use, and if the
  /// files of `tls` can't be used.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& listen, HttpRoutes routes,
                                                   HttpServerSettings settings = {});

  /// Stops.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that is listened on.
  [[nodiscard]] int port() const;

  /// Closes the port and the connections, gives requests that are being answered a second to end,
  /// and joins the threads; a handler that runs longer is waited for. A second call does nothing.
  /// From one thread at a time, and not from a handler.
  void Stop();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice
