#include "daemon/admin.h"

#include <utility>

#include "daemon/version.h"
#include "http/admin_pages.h"

namespace sluice {
namespace {

HttpServerSettings SettingsOf(const AdminConfig& admin) {
  HttpServerSettings settings;
  settings.token = admin.token;
  settings.only_open = admin.only_probes;
  settings.open_advice = "set admin.token, or admin.open to `all`";
  settings.tls = {admin.tls_cert, admin.tls_key};
  return settings;
}

}  // namespace

Status CheckAdmin(const AdminConfig& admin) { return CheckHttpTls(SettingsOf(admin)); }

Result<std::unique_ptr<Admin>> Admin::Start(const Parts& parts, ProcessStatus process) {
  std::unique_ptr<Admin> admin(new Admin(parts));
  admin->process_ = std::move(process);
  if (parts.settings.listen.empty()) return admin;
  auto server =
      HttpServer::Start(parts.settings.listen, admin->Routes(), SettingsOf(parts.settings));
  if (!server) return std::move(server).error();
  admin->server_ = std::move(server).value();
  return admin;
}

HttpRoutes Admin::Routes() const {
  AdminReports reports;
  reports.metrics = [this] { return parts_.metrics.Text(); };
  reports.not_alive = [this] { return parts_.board.NotAlive(); };
  reports.not_ready = [this] { return parts_.board.NotReady(); };
  reports.version_json = [] { return R"({"name":"sluice","version":")" + VersionText() + "\"}"; };
  reports.config_text = [this] { return parts_.config.Redacted(); };
  HttpRoutes routes;
  AddAdminPages(std::move(reports), routes);
  routes.Get("/status", [this](const HttpRequest&) {
    return HttpResponse{.content_type = "application/json",
                        .body = StatusJson(process(), parts_.board.Workers())};
  });
  return routes;
}

void Admin::Publish(ProcessStatus process) {
  const std::lock_guard lock(mutex_);
  process_ = std::move(process);
}

ProcessStatus Admin::process() const {
  const std::lock_guard lock(mutex_);
  return process_;
}

std::string Admin::Address() const {
  if (server_ == nullptr) return "off";
  const std::string& listen = parts_.settings.listen;
  const std::string scheme = parts_.settings.tls_cert.empty() ? "http://" : "https://";
  return scheme + listen.substr(0, listen.rfind(':') + 1) + std::to_string(server_->port());
}

void Admin::Stop() {
  if (server_ != nullptr) server_->Stop();
}

}  // namespace sluice
