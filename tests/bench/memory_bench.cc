// The whole loop in memory: events/s, CPU per event and heap allocations per event of one worker.
//   memory_bench CONFIG EVENTS.ndjson COUNT [redis]
// Takes the stages of CONFIG; the source repeats the events of the file with fresh mids, the sink
// counts. Claims are in memory, or in the Redis that CONFIG names.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "bench/allocation_count.h"
#include "bench/fresh_events.h"
#include "config/config.h"
#include "config/pipeline_config.h"
#include "daemon/builtin_ports.h"
#include "daemon/flow_builder.h"
#include "daemon/log.h"
#include "engine/worker.h"
#include "metrics/prometheus_metrics.h"
#include "stages/builtin.h"
#include "support/memory_sink.h"
#include "util/clocks.h"

namespace sluice {
namespace {

using bench::FreshEvents;

/// Hands out events until `count`.
class FreshSource final : public Source {
 public:
  FreshSource(FreshEvents& events, std::int64_t count) : events_(events), count_(count) {}
  Status Open() override { return Ok(); }
  Status Poll(const PollLimits& limits, std::vector<Record>& records) override {
    for (std::size_t n = 0; n < limits.max_records && next_ < count_; ++n, ++next_) {
      records.push_back({Position{"bench", 0, next_}, arena_.Copy(events_.Make(next_))});
    }
    return Ok();
  }
  Status Idle(std::chrono::milliseconds) override { return Ok(); }
  void Release() override { arena_.Reset(); }
  Status Rewind(const SealedCheckpoint*) override { return Ok(); }
  Status Commit(const Checkpoint&) override { return Ok(); }
  bool exhausted() const override { return next_ >= count_; }
  void Close() override {}

 private:
  Arena arena_{std::size_t{1} << 20};
  FreshEvents& events_;
  std::int64_t count_;
  std::int64_t next_ = 0;
};

double ThreadCpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

int Die(const std::string& why) {
  std::cerr << why << "\n";
  return 1;
}

/// One pass of `count` events through a new worker; prints a line of figures.
int Pass(SharedResources& shared, FreshEvents& events, std::int64_t count) {
  auto built = BuildFlow(shared);
  if (!built) return Die(built.error().message);
  WorkerMetrics metrics(shared.metrics, shared.config.name);
  FreshSource source(events, count);
  MemorySink sink(false);
  const SystemClock clock;
  StatusBoard board;
  WorkerReport report(board.Add("bench"), metrics, clock);
  Worker worker({.name = "bench",
                 .source = source,
                 .sink = sink,
                 .flow = *built.value().flow,
                 .topic_count = built.value().sink_topics.size(),
                 .transaction = {.max_events = shared.config.transaction.max_events, .linger = {}},
                 .report = report,
                 .log = [](LogLevel, std::string_view, std::string_view text) {
                   std::cerr << text << "\n";
                 }});
  const auto wall = std::chrono::steady_clock::now();
  const double cpu = ThreadCpu();
  const std::uint64_t allocations = bench::AllocationsOfThisThread();
  if (Status status = worker.Run({}); !status.ok()) return Die(status.error().message);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - wall;
  const double used = ThreadCpu() - cpu;
  const auto done = static_cast<double>(count);
  std::printf(
      "events_per_second %.0f cpu_ns_per_event %.0f allocations_per_event %.4f records_per_event "
      "%.2f\n",
      done / elapsed.count(), used / done * 1e9,
      static_cast<double>(bench::AllocationsOfThisThread() - allocations) / done,
      static_cast<double>(sink.records()) / done);
  return 0;
}

int Run(int argc, char** argv) {
  if (argc < 4) return Die("usage: memory_bench CONFIG EVENTS.ndjson COUNT [redis]");
  const bool redis = argc > 4;
  Registry registry;
  Status registered = RegisterBuiltinStages(registry.stages);
  if (registered.ok()) registered = RegisterBuiltinPorts(registry);
  if (!registered.ok()) return Die(registered.error().message);
  std::vector<Override> overrides;
  if (!redis) overrides.push_back({"stores.dedup", "{ memory: { max_keys: 100000000 } }"});
  auto config = LoadConfig(argv[1], overrides, ProcessEnvironment());
  if (!config) return Die(config.error().message);
  auto pipeline = CheckPipeline(*config.value(), registry);
  if (!pipeline) return Die(pipeline.error().message);
  PrometheusMetrics metrics;
  const SystemClock clock;
  SharedResources shared{clock, metrics, pipeline.value(), NoLog()};
  std::optional<FreshEvents> events = FreshEvents::Read(argv[2]);
  if (!events) return Die(std::string("no events in ") + argv[2]);
  return Pass(shared, *events, std::strtoll(argv[3], nullptr, 10));
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) { return sluice::Run(argc, argv); }
