#include "http/event_feed.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace sluice {

namespace asio = boost::asio;

HttpEventFeed::HttpEventFeed(asio::io_context& io, asio::thread_pool& handlers,
                             const HttpEventSource& source, Limits limits)
    : io_(io),
      handlers_(handlers),
      timer_(io),
      source_(source),
      limits_(limits),
      made_at_(Clock::now() - limits.interval) {}

bool HttpEventFeed::Join(HttpEventListener& listener) {
  if (listeners_.size() >= limits_.listeners) return false;
  listeners_.push_back(&listener);
  if (latest_ != nullptr && Clock::now() - made_at_ < limits_.interval) listener.OnEvent(latest_);
  Schedule();
  return true;
}

void HttpEventFeed::Leave(HttpEventListener& listener) { std::erase(listeners_, &listener); }

void HttpEventFeed::Stop() {
  stopped_ = true;
  timer_.cancel();
}

void HttpEventFeed::Schedule() {
  if (under_way_ || stopped_ || listeners_.empty()) return;
  under_way_ = true;
  timer_.expires_at(made_at_ + limits_.interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    Make();
  });
}

void HttpEventFeed::Make() {
  if (listeners_.empty()) {
    under_way_ = false;
    return;
  }
  asio::post(handlers_, [this] {
    std::string data;
    try {
      data = source_();
    } catch (...) {
      data.clear();
    }
    asio::post(io_, [this, data = std::move(data)] { Publish(data); });
  });
}

void HttpEventFeed::Publish(const std::string& data) {
  under_way_ = false;
  made_at_ = Clock::now();
  if (stopped_) return;
  if (!data.empty()) {
    latest_ = std::make_shared<const std::string>("data: " + data + "\n\n");
    for (HttpEventListener* listener : listeners_) listener->OnEvent(latest_);
  }
  Schedule();
}

}  // namespace sluice
