#include "http/connection_list.h"

#include <utility>

namespace sluice {

void HttpConnectionList::Add(std::shared_ptr<HttpConnection> connection) {
  HttpConnection& added = *connection;
  added.place_ = waiting_.insert(waiting_.end(), std::move(connection));
  added.state_ = HttpConnection::State::kWaiting;
}

void HttpConnectionList::MarkWaiting(HttpConnection& connection) {
  waiting_.splice(waiting_.end(), ListOf(connection), connection.place_);
  connection.state_ = HttpConnection::State::kWaiting;
}

void HttpConnectionList::MarkBusy(HttpConnection& connection) {
  busy_.splice(busy_.end(), ListOf(connection), connection.place_);
  connection.state_ = HttpConnection::State::kBusy;
}

void HttpConnectionList::Remove(HttpConnection& connection) {
  if (connection.state_ == HttpConnection::State::kUnlisted) return;
  List& list = ListOf(connection);
  connection.state_ = HttpConnection::State::kUnlisted;
  list.erase(connection.place_);
}

bool HttpConnectionList::CloseLongestWaiting() {
  if (waiting_.empty()) return false;
  const std::shared_ptr<HttpConnection> longest = waiting_.front();
  longest->Close();
  return true;
}

void HttpConnectionList::EndWithin(std::chrono::milliseconds limit) {
  while (CloseLongestWaiting()) {
  }
  for (const auto& connection : busy_) connection->EndWithin(limit);
}

HttpConnectionList::List& HttpConnectionList::ListOf(const HttpConnection& connection) {
  return connection.state_ == HttpConnection::State::kWaiting ? waiting_ : busy_;
}

}  // namespace sluice
