#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "http/routes.h"

namespace sluice {

/// Whoever is connected to a stream of events.
class HttpEventListener {
 public:
  virtual ~HttpEventListener() = default;

  /// An event as it goes over the wire. Must neither join nor leave a feed.
  virtual void OnEvent(std::shared_ptr<const std::string> event) = 0;
};

/// Makes the events of one stream, each once for all that listen, and none while nobody does.
/// Everything but the source runs on the I/O thread.
class HttpEventFeed {
 public:
  struct Limits {
    std::size_t listeners;
    std::chrono::milliseconds interval;
  };
  /// `source` must outlive the feed, and the feed whatever `io` and `handlers` still run.
  HttpEventFeed(boost::asio::io_context& io, boost::asio::thread_pool& handlers,
                const HttpEventSource& source, Limits limits);

  /// False if there are too many listeners. The listener gets an event at once if the last one is
  /// younger than the interval, else the next one; it must leave before it ends.
  [[nodiscard]] bool Join(HttpEventListener& listener);
  /// Does nothing if it has not joined.
  void Leave(HttpEventListener& listener);
  [[nodiscard]] std::size_t listeners() const { return listeners_.size(); }

  /// No event comes after it.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;

  void Schedule();
  void Make();
  void Publish(const std::string& data);

  boost::asio::io_context& io_;
  boost::asio::thread_pool& handlers_;
  boost::asio::steady_timer timer_;
  const HttpEventSource& source_;
  const Limits limits_;
  std::vector<HttpEventListener*> listeners_;
  std::shared_ptr<const std::string> latest_;
  Clock::time_point made_at_;  ///< The latest, or the last attempt.
  bool under_way_ = false;     ///< The next one is waited for, or being made.
  bool stopped_ = false;
};

}  // namespace sluice
