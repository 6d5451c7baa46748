#include "daemon/daemon.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>
#include <utility>

#include "config/guarantee.h"
#include "daemon/admin.h"
#include "daemon/crew.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "daemon/pipeline_worker.h"
#include "daemon/ports.h"
#include "daemon/signals.h"
#include "daemon/version.h"
#include "metrics/prometheus_metrics.h"
#include "util/clocks.h"
#include "util/join.h"
#include "util/watchdog.h"

namespace sluice {
namespace {

/// How long a start that is to end may take over a call that is under way.
constexpr std::chrono::seconds kStartGrace{1};

using Workers = std::list<std::unique_ptr<PipelineWorker>>;

int Fail(const Error& error) {
  spdlog::error("{}", error.message);
  return static_cast<int>(ExitCodeOf(error));
}

/// Reads files and connects to nothing, so that it may be interrupted anywhere.
Result<Workers> BuildWorkers(SharedResources& shared, const std::list<StatusSlot*>& slots,
                             Watchdog& watchdog) {
  const Signals::EndAtOnce interruptible;
  Workers workers;
  for (StatusSlot* slot : slots) {
    const int index = static_cast<int>(workers.size());
    auto worker = PipelineWorker::Build(shared, index, *slot, watchdog);
    if (!worker) return std::move(worker).error();
    workers.push_back(std::move(worker).value());
  }
  return workers;
}

/// What is known of the process before its workers are built.
ProcessStatus ProcessOf(const PipelineConfig& pipeline) {
  return {.version = VersionText(),
          .pipeline = pipeline.name,
          .delivery = "",
          .source = pipeline.source.traits.description,
          .sink = pipeline.sink.traits.description,
          .started_ms = SystemClock().NowMs()};
}

/// Whether no worker that still runs has been given anything to read.
bool NothingInHand(const StatusBoard& board) {
  return std::ranges::all_of(board.Workers(), [](const StatusSlot::Snapshot& worker) {
    const bool starting =
        worker->state == WorkerState::kStarting || worker->state == WorkerState::kWaiting;
    return worker->state == WorkerState::kStopped || (starting && worker->partitions.empty());
  });
}

/// Without destructors: a client library's call may be under way for as long as its time-out.
[[noreturn]] void EndStart(const Crew& crew) {
  spdlog::info("Stopped before the start was complete");
  spdlog::default_logger_raw()->flush();
  _exit(crew.exit_code());
}

void RunCrew(Crew& crew, const Signals& signals, const StatusBoard& board) {
  bool stopping = false;
  std::chrono::steady_clock::time_point asked;
  while (crew.running() > 0) {
    const Signal signal = signals.Wait();
    if (signal == Signal::kHangUp) {
      spdlog::info("SIGHUP: nothing is read anew; restart for another configuration");
    }
    if (!stopping && (signal == Signal::kStop || crew.exit_code() != 0)) {
      spdlog::info("Stopping: finishing what is in hand");
      crew.RequestStop();
      stopping = true;
      asked = std::chrono::steady_clock::now();
    }
    const bool late = stopping && std::chrono::steady_clock::now() - asked > kStartGrace;
    if (late && NothingInHand(board)) EndStart(crew);
  }
  crew.Join();
}

}  // namespace

int RunDaemon(const Config& config, const PipelineConfig& pipeline, const RunOptions& options) {
  LogUncaughtExceptions();
  const Signals signals;
  const SystemClock system_clock;
  const FixedClock fixed_clock(options.clock_ms.value_or(0));
  const Clock& clock = options.clock_ms ? static_cast<const Clock&>(fixed_clock) : system_clock;
  PrometheusMetrics metrics;
  StatusBoard board;
  std::list<StatusSlot*> slots;
  for (int i = 0; i < pipeline.workers; ++i) {
    slots.push_back(&board.Add("worker " + std::to_string(i)));
  }
  ProcessStatus process = ProcessOf(pipeline);
  auto admin = Admin::Start({pipeline.admin, config, metrics, board}, process);
  if (!admin) return Fail(admin.error());

  Watchdog watchdog(Watchdog::ExitOnExpiry(ProcessLog()));
  const std::stop_source stop;
  SharedResources shared{clock, metrics, pipeline, ProcessLog()};
  shared.stop = stop.get_token();
  auto workers = BuildWorkers(shared, slots, watchdog);
  if (!workers) return Fail(workers.error());
  process.delivery = GuaranteeOf(pipeline, shared.store_use);
  process.source =
      Join(workers.value().front()->source_topics()) + " of " + pipeline.source.traits.description;
  admin.value()->Publish(process, workers.value().front()->graph());
  spdlog::info("sluice {}: {} reads {}, writes to {}; {} worker(s), {}, admin {}", process.version,
               process.pipeline, process.source, process.sink, pipeline.workers, process.delivery,
               admin.value()->Address());
  Crew crew(stop);
  for (auto& worker : workers.value()) {
    crew.Start(worker->name(),
               [&worker](const std::stop_token& token) { return worker->Run(token); });
  }
  RunCrew(crew, signals, board);
  admin.value()->Stop();
  spdlog::info("Stopped");
  return crew.exit_code();
}

Result<std::string> ValidateDaemonConfig(const PipelineConfig& pipeline) {
  SLUICE_TRY(CheckAdmin(pipeline.admin));
  const PipelineConfig offline = Offline(pipeline);
  PrometheusMetrics metrics;
  const SystemClock clock;
  SharedResources shared{clock, metrics, offline, NoLog()};
  auto built = BuildFlow(shared);
  if (!built) return std::move(built).error();
  Watchdog watchdog({});
  const auto ports = MakePorts(pipeline, 0, built.value(), watchdog, NoLog(), metrics);
  if (!ports) return ports.error();
  return GuaranteeOf(pipeline, shared.store_use);
}

}  // namespace sluice
