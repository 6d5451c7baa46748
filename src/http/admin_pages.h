#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/routes.h"

namespace sluice {

/// What the admin pages report. Called from the server's handler threads, several at a time, until
/// the server's Stop has returned.
struct AdminReports {
  std::function<std::string()> metrics;                 ///< Prometheus text, version 0.0.4.
  std::function<std::vector<std::string>()> not_alive;  ///< Why not; empty: alive.
  std::function<std::vector<std::string>()> not_ready;  ///< Why not; empty: ready.
  std::function<std::string()> version_json;            ///< One JSON value.
  std::function<std::string()> config_text;             ///< YAML without secrets.
};

/// Registers the pages for operators: /metrics, /livez (/ping), /readyz (/ready), /version,
/// /config. Liveness and readiness are open to clients without a token.
void AddAdminPages(AdminReports reports, HttpRoutes& routes);

}  // namespace sluice
