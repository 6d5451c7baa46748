#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <stop_token>
#include <string>
#include <thread>

#include "daemon/daemon.h"
#include "sluice/result.h"

namespace sluice {

/// The exit code of a process that ends for this reason.
ExitCode ExitCodeOf(const Error& error);

/// The threads of a process's workers, and how they ended. Whatever a thread ends with, an
/// exception included, is logged and becomes the exit code.
class Crew {
 public:
  using Work = std::function<Status(const std::stop_token&)>;

  explicit Crew(std::stop_source stop) : stop_(std::move(stop)) {}
  /// Asks for a stop and waits.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// `name` says in the log whose exception it was.
  void Start(std::string name, Work work);
  void RequestStop() { stop_.request_stop(); }
  void Join() { threads_.clear(); }
  [[nodiscard]] int running() const { return running_; }
  /// The first that was not 0.
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void Ended(const Status& status);

  std::stop_source stop_;
  std::atomic<int> running_{0};
  std::atomic<int> exit_code_{0};
  std::list<std::jthread> threads_;
};

/// From now on an exception that leaves a thread, whoever started it, is logged before it ends the
/// process with 70.
void LogUncaughtExceptions();

}  // namespace sluice
