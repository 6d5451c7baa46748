#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

namespace sluice {

/// A connection as the list sees it.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;

  /// Closes the socket and removes the connection from its list. A second call does nothing.
  virtual void Close() = 0;

  /// Gives what is being answered this long to end.
  virtual void EndWithin(std::chrono::milliseconds limit) = 0;

 private:
  friend class HttpConnectionList;
  enum class State { kUnlisted, kWaiting, kBusy };
  std::list<std::shared_ptr<HttpConnection>>::iterator place_;
  State state_ = State::kUnlisted;
};

/// All open connections of a server: those that wait for the rest of a request, longest first, and
/// those whose request is being answered. Not synchronised: the I/O thread owns it.
class HttpConnectionList {
 public:
  /// Adds a connection as waiting, and owns it until Remove.
  void Add(std::shared_ptr<HttpConnection> connection);

  /// The connection must be listed; it becomes the one that waits shortest.
  void MarkWaiting(HttpConnection& connection);
  void MarkBusy(HttpConnection& connection);

  /// Does nothing if the connection is not listed.
  void Remove(HttpConnection& connection);

  [[nodiscard]] std::size_t size() const { return waiting_.size() + busy_.size(); }

  /// Closes the connection that has waited longest. False if none waits.
  bool CloseLongestWaiting();

  /// Closes all that wait and hurries the others.
  void EndWithin(std::chrono::milliseconds limit);

 private:
  using List = std::list<std::shared_ptr<HttpConnection>>;
  List& ListOf(const HttpConnection& connection);

  List waiting_;
  List busy_;
};

}  // namespace sluice
