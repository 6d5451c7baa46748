#include "daemon/daemon.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <list>
#include <thread>

#include "config/guarantee.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "daemon/pipeline_worker.h"
#include "daemon/ports.h"
#include "daemon/version.h"
#include "engine/status_json.h"
#include "http/admin_pages.h"
#include "http/http_server.h"
#include "http/routes.h"
#include "metrics/prometheus_metrics.h"
#include "util/clocks.h"
#include "util/join.h"
#include "util/watchdog.h"

namespace sluice {
namespace {

int ExitCodeOf(const Error& error) {
  const bool config = error.kind == ErrorKind::kInvalidConfig;
  return static_cast<int>(config ? ExitCode::kConfig : ExitCode::kInternal);
}

int Fail(const Error& error) {
  spdlog::error("{}", error.message);
  return ExitCodeOf(error);
}

/// SIGTERM and SIGINT, blocked in every thread and taken by the main one.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    // A peer that hangs up is an error of that call, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
  }
  /// True if one came within a fifth of a second.
  bool Wait() const {
    const timespec timeout{0, 200'000'000};
    return sigtimedwait(&set_, nullptr, &timeout) > 0;
  }

 private:
  sigset_t set_{};
};

/// The workers' threads and how they ended.
class Crew {
 public:
  void Start(PipelineWorker& worker) {
    ++running_;
    threads_.emplace_back([this, &worker](const std::stop_token& stop) {
      Status status = worker.Run(stop);
      if (!status.ok()) {
        spdlog::error("{}", status.error().message);
        int expected = 0;
        exit_code_.compare_exchange_strong(expected, ExitCodeOf(status.error()));
      }
      --running_;
    });
  }
  void RequestStop() {
    for (std::jthread& thread : threads_) thread.request_stop();
  }
  void Join() { threads_.clear(); }
  [[nodiscard]] int running() const { return running_; }
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  std::atomic<int> running_{0};
  std::atomic<int> exit_code_{0};
  std::list<std::jthread> threads_;
};

Result<std::unique_ptr<HttpServer>> StartAdmin(const PipelineConfig& pipeline, const Config& config,
                                               PrometheusMetrics& metrics, const StatusBoard& board,
                                               const ProcessStatus& process) {
  if (pipeline.admin_listen.empty()) return std::unique_ptr<HttpServer>();
  AdminReports reports;
  reports.metrics = [&metrics] { return metrics.Text(); };
  reports.not_alive = [&board] { return board.NotAlive(); };
  reports.not_ready = [&board] { return board.NotReady(); };
  reports.version_json = [] { return R"({"name":"sluice","version":")" + VersionText() + "\"}"; };
  reports.config_text = [&config] { return config.Redacted(); };
  HttpRoutes routes;
  AddAdminPages(std::move(reports), routes);
  routes.Get("/status", [&board, &process](const HttpRequest&) {
    return HttpResponse{.content_type = "application/json",
                        .body = StatusJson(process, board.Workers())};
  });
  return HttpServer::Start(pipeline.admin_listen, std::move(routes));
}

/// With the port that was taken where the configuration leaves it open (0).
std::string AdminAddress(const PipelineConfig& pipeline, const HttpServer& server) {
  const std::string& listen = pipeline.admin_listen;
  return listen.substr(0, listen.rfind(':') + 1) + std::to_string(server.port());
}

void RunCrew(Crew& crew, const StopSignals& signals) {
  bool stopping = false;
  while (crew.running() > 0) {
    const bool signalled = signals.Wait();
    if (!stopping && (signalled || crew.exit_code() != 0)) {
      spdlog::info("Stopping: finishing what is in hand");
      crew.RequestStop();
      stopping = true;
    }
  }
  crew.Join();
}

}  // namespace

int RunDaemon(const Config& config, const PipelineConfig& pipeline, const RunOptions& options) {
  const StopSignals signals;
  const SystemClock system_clock;
  const FixedClock fixed_clock(options.clock_ms.value_or(0));
  const Clock& clock = options.clock_ms ? static_cast<const Clock&>(fixed_clock) : system_clock;
  PrometheusMetrics metrics;
  StatusBoard board;
  Watchdog watchdog(Watchdog::ExitOnExpiry(ProcessLog()));
  SharedResources shared{clock, metrics, pipeline, ProcessLog()};

  std::list<std::unique_ptr<PipelineWorker>> workers;
  for (int i = 0; i < pipeline.workers; ++i) {
    StatusSlot& status = board.Add("worker " + std::to_string(i));
    auto worker = PipelineWorker::Build(shared, i, status, watchdog);
    if (!worker) return Fail(worker.error());
    workers.push_back(std::move(worker).value());
  }
  const ProcessStatus process{.version = VersionText(),
                              .pipeline = pipeline.name,
                              .delivery = GuaranteeOf(pipeline, shared.claim_stores),
                              .source = Join(workers.front()->source_topics()) + " of " +
                                        pipeline.source.traits.description,
                              .sink = pipeline.sink.traits.description,
                              .started_ms = SystemClock().NowMs()};
  auto admin = StartAdmin(pipeline, config, metrics, board, process);
  if (!admin) return Fail(admin.error());
  spdlog::info(
      "sluice {}: {} reads {}, writes to {}; {} worker(s), {}, admin {}", process.version,
      process.pipeline, process.source, process.sink, pipeline.workers, process.delivery,
      admin.value() == nullptr ? "off" : "http://" + AdminAddress(pipeline, *admin.value()));
  Crew crew;
  for (auto& worker : workers) crew.Start(*worker);
  RunCrew(crew, signals);
  if (admin.value() != nullptr) admin.value()->Stop();
  spdlog::info("Stopped");
  return crew.exit_code();
}

Result<std::string> ValidateDaemonConfig(const PipelineConfig& pipeline) {
  const PipelineConfig offline = Offline(pipeline);
  PrometheusMetrics metrics;
  const SystemClock clock;
  SharedResources shared{clock, metrics, offline, NoLog()};
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  Watchdog watchdog({});
  const auto ports = MakePorts(pipeline, 0, built.value(), watchdog, NoLog(), metrics);
  if (!ports) return ports.error();
  return GuaranteeOf(pipeline, shared.claim_stores);
}

}  // namespace sluice
