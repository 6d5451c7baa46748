#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "config/admin_config.h"
#include "config/config.h"
#include "engine/flow_graph.h"
#include "engine/status_json.h"
#include "http/http_server.h"
#include "metrics/prometheus_metrics.h"

namespace sluice {

/// kInvalidConfig if the files of `admin.tls` can't be used.
Status CheckAdmin(const AdminConfig& admin);

/// The pages for operators, where the configuration asks for them.
class Admin {
 public:
  struct Parts {
    const AdminConfig& settings;
    const Config& config;
    PrometheusMetrics& metrics;
    const StatusBoard& board;
  };

  /// Answers from now on; the parts must outlive it. kInvalidConfig if the address can't be
  /// listened on or the files of `admin.tls` can't be used.
  static Result<std::unique_ptr<Admin>> Start(const Parts& parts, ProcessStatus process);

  /// The workers are built: what /status and /graph say of the process from now on.
  void Publish(ProcessStatus process, const FlowGraph& graph);

  /// "http://127.0.0.1:9400", with the port that was taken, or "off".
  [[nodiscard]] std::string Address() const;

  /// As HttpServer::Stop.
  void Stop();

 private:
  /// What changes at most once. Never changed while others see it.
  struct Published {
    ProcessStatus process;
    std::string graph_json;
    MetricsView stores;
  };
  using PublishedPtr = std::shared_ptr<const Published>;

  explicit Admin(const Parts& parts) : parts_(parts) {}
  [[nodiscard]] PublishedPtr published() const;
  void Replace(PublishedPtr published);
  [[nodiscard]] HttpRoutes Routes() const;
  [[nodiscard]] std::string StatusText() const;

  const Parts parts_;
  mutable std::mutex mutex_;  ///< Of the pointer; no worker takes it.
  PublishedPtr published_;
  std::unique_ptr<HttpServer> server_;  ///< Last: its handlers use the rest.
};

}  // namespace sluice
