#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "daemon/builtin_ports.h"
#include "daemon/daemon.h"
#include "stages/builtin.h"
#include "support/fakes.h"
#include "unit/config/config_fixture.h"

namespace sluice {
namespace {

using ::testing::ExitedWithCode;

constexpr const char* kScripted =
    "pipeline: p\ndelivery: at_least_once\nsource: { scripted: {} }\nstages: [set_hub]\n"
    "side_outputs: { failed: bad }\nsink: { files: { directory: out } }\n"
    "admin: { listen: 'off' }\n";

/// Does what the test says at each Poll; never ends.
class ScriptedSource final : public Source {
 public:
  explicit ScriptedSource(std::function<void()> at_poll) : at_poll_(std::move(at_poll)) {}

  Status Open() override { return Ok(); }
  Status Poll(const PollLimits& limits, std::vector<Record>& /*records*/) override {
    at_poll_();
    std::this_thread::sleep_for(limits.wait);
    return Ok();
  }
  Status Idle(std::chrono::milliseconds) override { return Ok(); }
  void Release() override {}
  Status Rewind(const SealedCheckpoint* /*stored*/) override { return Ok(); }
  Status Commit(const Checkpoint& /*checkpoint*/) override { return Ok(); }
  void Close() override {}

 private:
  std::function<void()> at_poll_;
};

class RunDaemonTest : public ConfigTest {
 protected:
  /// In a process of its own, whose log is its standard error: runs the daemon and ends with its
  /// exit code.
  [[noreturn]] void Run(const std::function<void()>& at_poll) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    Registry registry;
    SourceSpec spec;
    spec.name = "scripted";
    spec.describe = [](const ConfigNode&) { return SourceTraits{.topics = {"in"}}; };
    spec.build = [&](const ConfigNode&, const SourceContext&) -> Result<std::unique_ptr<Source>> {
      return std::unique_ptr<Source>(new ScriptedSource(at_poll));
    };
    static_cast<void>(registry.sources.Add(spec));
    static_cast<void>(RegisterBuiltinStages(registry.stages));
    static_cast<void>(RegisterBuiltinPorts(registry));
    auto config = Load(kScripted);
    auto pipeline = CheckPipeline(*config.value(), registry);
    if (!pipeline) std::fprintf(stderr, "%s\n", pipeline.error().message.c_str());
    const int code = pipeline ? RunDaemon(*config.value(), pipeline.value(), {}) : 1;
    std::fflush(nullptr);
    _exit(code);
  }
};

TEST_F(RunDaemonTest, AnExceptionOfAWorkerIsLoggedAndEndsTheProcessWith70) {
  EXPECT_EXIT(Run([] { throw std::runtime_error("boom"); }), ExitedWithCode(70),
              "worker 0: internal error: boom");
  EXPECT_EXIT(Run([] { throw 1; }), ExitedWithCode(70), "an exception of an unknown type");
}

TEST_F(RunDaemonTest, AnExceptionOfAnyOtherThreadIsLoggedAndEndsTheProcessWith70) {
  EXPECT_EXIT(Run([] { std::thread([] { throw std::runtime_error("boom"); }).join(); }),
              ExitedWithCode(70), "internal error, not caught: boom");
}

TEST_F(RunDaemonTest, AHangUpIsNoEndAndAStopIsOne) {
  EXPECT_EXIT(Run([polls = 0]() mutable {
                if (++polls == 2) kill(getpid(), SIGHUP);
                if (polls == 8) kill(getpid(), SIGTERM);
              }),
              ExitedWithCode(0), "SIGHUP: nothing is read anew");
}

}  // namespace
}  // namespace sluice
