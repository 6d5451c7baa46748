#pragma once

#include <csignal>
#include <cstdint>

namespace sluice {

enum class Signal : std::uint8_t {
  kNone,
  kStop,    ///< SIGTERM or SIGINT.
  kHangUp,  ///< SIGHUP.
};

/// SIGTERM, SIGINT and SIGHUP, blocked in every thread that is started later and taken by the one
/// that made it. A broken pipe is an error of that call, not the end of the process.
class Signals {
 public:
  Signals();

  /// The one that came within a fifth of a second.
  [[nodiscard]] Signal Wait() const;

  /// While it lives, SIGTERM and SIGINT end the process at once with 0: for the time in which
  /// nothing is connected to and nothing is in hand. In the thread of the Signals.
  class EndAtOnce {
   public:
    EndAtOnce();
    ~EndAtOnce();
    EndAtOnce(const EndAtOnce&) = delete;
    EndAtOnce& operator=(const EndAtOnce&) = delete;
  };

 private:
  sigset_t set_{};
};

}  // namespace sluice
