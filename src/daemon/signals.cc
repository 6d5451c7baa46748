#include "daemon/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <ctime>

namespace sluice {
namespace {

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

extern "C" void ExitAtOnce(int /*signal*/) { _exit(0); }

}  // namespace

Signals::Signals() : set_(StopSignals()) {
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signal Signals::Wait() const {
  const timespec timeout{0, 200'000'000};
  const int number = sigtimedwait(&set_, nullptr, &timeout);
  if (number <= 0) return Signal::kNone;
  return number == SIGHUP ? Signal::kHangUp : Signal::kStop;
}

Signals::EndAtOnce::EndAtOnce() {
  std::signal(SIGTERM, ExitAtOnce);
  std::signal(SIGINT, ExitAtOnce);
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Signals::EndAtOnce::~EndAtOnce() {
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace sluice
