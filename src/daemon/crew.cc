#include "daemon/crew.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <exception>
#include <utility>

namespace sluice {
namespace {

/// Of the exception that is being handled; empty if there is none.
std::string CurrentException() {
  try {
    if (std::current_exception() == nullptr) return "terminated without an exception";
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

Status Guarded(const std::string& name, const Crew::Work& work, const std::stop_token& stop) {
  try {
    return work(stop);
  } catch (...) {
    return Error{ErrorKind::kFatal,
                 name + ": internal error: " + CurrentException() +
                     "; the next start resumes from the last checkpoint. Please report this line"};
  }
}

[[noreturn]] void EndUncaught() {
  try {
    spdlog::error("internal error, not caught: {}; please report this line", CurrentException());
    spdlog::default_logger_raw()->flush();
  } catch (...) {
    // There is nothing left to say it with.
  }
  _exit(static_cast<int>(ExitCode::kInternal));
}

}  // namespace

ExitCode ExitCodeOf(const Error& error) {
  return error.kind == ErrorKind::kInvalidConfig ? ExitCode::kConfig : ExitCode::kInternal;
}

void LogUncaughtExceptions() { std::set_terminate(EndUncaught); }

Crew::~Crew() {
  RequestStop();
  Join();
}

void Crew::Start(std::string name, Work work) {
  ++running_;
  threads_.emplace_back([this, name = std::move(name), work = std::move(work)] {
    Ended(Guarded(name, work, stop_.get_token()));
  });
}

void Crew::Ended(const Status& status) {
  if (!status.ok()) {
    spdlog::error("{}", status.error().message);
    int expected = 0;
    exit_code_.compare_exchange_strong(expected, static_cast<int>(ExitCodeOf(status.error())));
  }
  --running_;
}

}  // namespace sluice
