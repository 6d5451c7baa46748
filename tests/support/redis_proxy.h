#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {

/// Stands between a client and a Redis server and answers chosen commands itself: a server of
/// another version, one that is loading or read-only. Serves one connection at a time.
class RedisProxy {
 public:
  using Command = std::vector<std::string>;
  /// The RESP text to answer with instead of asking the server; nullopt: ask it. Called on the
  /// proxy's thread.
  using Hook = std::function<std::optional<std::string>(const Command&)>;

  RedisProxy(int server_port, Hook hook);
  ~RedisProxy();
  RedisProxy(const RedisProxy&) = delete;
  RedisProxy& operator=(const RedisProxy&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  void Serve();
  void ServeClient(int client);

  int server_port_;
  Hook hook_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace sluice::testing
