#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

/// A real redis-server of the test's own: on a free loopback port and a socket, without persistence
/// unless the arguments say otherwise. Ends with the object, and with the test program.
class RedisServer {
 public:
  /// Starts it and waits until it answers; `arguments` go to redis-server ("--maxmemory", "1mb").
  /// Aborts the test program if it can't be started.
  explicit RedisServer(std::vector<std::string> arguments = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// "redis://127.0.0.1:<port>/<db>"
  [[nodiscard]] std::string Url(int db = 0) const;
  [[nodiscard]] std::string socket_path() const { return directory_ + "/redis.sock"; }

  void Kill();
  enum class Until { kLoaded, kAnswering };
  /// Starts it again on the same port, empty unless it persists; waits until it has read its data
  /// or at least answers.
  void Start(Until until = Until::kLoaded);
  /// Stops and continues the process (SIGSTOP, SIGCONT).
  void Pause() const;
  void Resume() const;

  /// Sends one command on a connection of its own, and gives the reply as text: "(nil)", the value,
  /// "ERR ...", elements of an array one per line.
  std::string Command(const std::vector<std::string>& arguments, int db = 0) const;

 private:
  /// False if the process ended by itself, because another one was faster to take the port, say.
  bool Launch(Until until);
  [[nodiscard]] std::optional<std::string> TryCommand(const std::vector<std::string>& arguments,
                                                      int db) const;

  std::vector<std::string> arguments_;
  std::string directory_;
  int port_ = 0;
  pid_t pid_ = -1;
};

/// A loopback TCP port that nobody uses at the moment.
int FreePort();

}  // namespace sluice::testing
