#include "daemon/admin.h"

#include <utility>

#include "daemon/version.h"
#include "http/admin_pages.h"
#include "http/live_page.h"
#include "util/clocks.h"

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
  admin->Replace(std::make_shared<const Published>(
      Published{std::move(process), FlowGraphJson({}), MetricsView()}));
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
  AddLivePage(routes);
  const auto json = [](std::string body) {
    return HttpResponse{.content_type = "application/json", .body = std::move(body)};
  };
  routes.Get("/status", [this, json](const HttpRequest&) { return json(StatusText()); });
  routes.Get("/graph", [this, json](const HttpRequest&) { return json(published()->graph_json); });
  routes.Stream("/events", [this] { return StatusText(); });
  return routes;
}

std::string Admin::StatusText() const {
  const PublishedPtr now = published();
  return StatusJson(now->process, parts_.board.Workers(),
                    {.now_ms = SystemClock().NowMs(),
                     .not_ready = parts_.board.NotReady(),
                     .stores = now->stores.Read()});
}

void Admin::Publish(ProcessStatus process, const FlowGraph& graph) {
  Replace(std::make_shared<const Published>(
      Published{std::move(process), FlowGraphJson(graph), parts_.metrics.ViewBy("store")}));
}

void Admin::Replace(PublishedPtr published) {
  const std::lock_guard lock(mutex_);
  published_.swap(published);
}

Admin::PublishedPtr Admin::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
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
