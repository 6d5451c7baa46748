#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// What the admin server reports. Called from its threads, several at a time, until Stop has
/// returned.
struct AdminHandlers {
  std::function<std::string()> metrics;                 ///< Prometheus text, version 0.0.4.
  std::function<std::vector<std::string>()> not_ready;  ///< Why not; empty: ready.
  std::function<std::string()> status_json;             ///< One JSON value.
  std::function<std::string()> version_json;            ///< One JSON value.
  std::function<std::string()> config_text;             ///< YAML without secrets.
};

/// The HTTP server for operators: /metrics, /livez (/ping), /readyz (/ready), /version, /config.
/// Runs in its own threads from Start to Stop.
class AdminServer {
 public:
  /// Listens on "host:port"; an IPv6 host stands in brackets, an empty one means every IPv4
  /// address, port 0 lets the system choose. kInvalidConfig for any other form, kFatal if the
  /// address can't be listened on.
  static Result<std::unique_ptr<AdminServer>> Start(const std::string& listen,
                                                    AdminHandlers handlers);

  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  /// The port that is listened on.
  [[nodiscard]] int port() const;

  /// Ends the requests in hand and closes the port. A second call does nothing. From one thread at
  /// a time, and not from a handler.
  void Stop();

 private:
  struct State;
  explicit AdminServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice
