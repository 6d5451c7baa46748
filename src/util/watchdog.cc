#include "util/watchdog.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace sluice {
namespace {

/// EX_TEMPFAIL of sysexits.h: try again.
constexpr int kExitCode = 75;
constexpr std::chrono::hours kIdleWait{1};

}  // namespace

Watchdog::Action Watchdog::ExitOnExpiry(Log log) {
  return [log = std::move(log)](std::string_view call) {
    if (log) {
      log(LogLevel::kError, "watchdog",
          "the call " + std::string(call) +
              " did not return in time; exit 75, the next start resumes from the last checkpoint");
    }
    // No destructors: the call that hangs holds the library's locks.
    _exit(kExitCode);
  };
}

Watchdog::Watchdog(Action on_expiry)
    : on_expiry_(std::move(on_expiry)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Watchdog::~Watchdog() {
  thread_.request_stop();
  thread_.join();
}

Watchdog::Guard Watchdog::Watch(std::string_view call, std::chrono::milliseconds limit) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({call, std::chrono::steady_clock::now() + limit});
  // A later deadline is seen at the next wake-up anyway: calls that end in time cost none.
  if (entries_.back().deadline < wakes_at_) changed_.notify_one();
  return {*this, std::prev(entries_.end())};
}

Watchdog::Guard::~Guard() {
  const std::lock_guard lock(watchdog_.mutex_);
  watchdog_.entries_.erase(entry_);
}

Watchdog::Entry* Watchdog::FirstDue() {
  Entry* first = nullptr;
  for (Entry& entry : entries_) {
    if (entry.fired) continue;
    if (first == nullptr || entry.deadline < first->deadline) first = &entry;
  }
  return first;
}

void Watchdog::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    Entry* first = FirstDue();
    if (first != nullptr && first->deadline <= now) {
      first->fired = true;
      const std::string_view call = first->call;
      lock.unlock();
      on_expiry_(call);
      lock.lock();
      continue;
    }
    wakes_at_ = first != nullptr ? first->deadline : now + kIdleWait;
    changed_.wait_until(lock, stop, wakes_at_, [this] {
      const Entry* due = FirstDue();
      return due != nullptr && due->deadline < wakes_at_;
    });
  }
}

}  // namespace sluice
