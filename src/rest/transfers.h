#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rest/fault.h"
#include "rest/rest_settings.h"

namespace sluice {

/// GET requests side by side over connections that are kept, by libcurl's multi interface.
///
/// HTTP/1.1; certificate and name of the server are always checked; redirects are not followed;
/// proxies of the environment and ~/.netrc are not used. Nothing runs but within Wait.
/// Threading: one owner, one thread.
class Transfers {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Request {
    std::string url;
    std::string authorization;  ///< A header line; empty: none.
    void* tag = nullptr;        ///< Whose it is.
    bool connect_only = false;  ///< Makes a connection, TLS included, and closes it.
  };
  struct Ended {
    void* tag = nullptr;
    std::string authorization;  ///< What was sent.
    bool connect_only = false;
    HttpFault fault = HttpFault::kNone;  ///< kNone: complete, whatever the status.
    std::string problem;                 ///< What went wrong; the same words for the same fault.
    bool sent = false;  ///< There was a connection, and the request went out on it.
    long status = 0;    ///< 0: no answer began.
    std::string body;
    std::chrono::seconds retry_after{0};
    long connections_made = 0;
    Time started;
    Time ended;
  };

  explicit Transfers(const RestSettings& settings);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  [[nodiscard]] std::size_t running() const { return running_.size(); }
  [[nodiscard]] bool full() const { return running_.size() >= settings_.connections; }

  /// It begins with the next Wait.
  void Start(Request request);
  /// Goes on with what is running until something has ended, at most for `wait`; adds what has
  /// ended to `ended`. With nothing running it sleeps.
  void Wait(std::chrono::milliseconds wait, std::vector<Ended>& ended);
  /// Ends everything at once; of what is running nothing is told.
  void Stop();
  /// Does not wait for a name that is being resolved when it is stopped: the process ends.
  void Hurry() { hurry_ = true; }

 private:
  class Transfer;

  std::unique_ptr<Transfer> Idle();
  void Collect(std::vector<Ended>& ended);
  [[nodiscard]] std::string ProblemOf(const Transfer& transfer, int code, const Ended& ended) const;

  const RestSettings& settings_;
  void* multi_;  ///< A CURLM.
  std::vector<std::unique_ptr<Transfer>> running_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  bool hurry_ = false;
};

}  // namespace sluice
