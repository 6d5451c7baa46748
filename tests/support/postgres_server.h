#pragma once

#include <sys/types.h>

#include <csignal>
#include <string>

namespace sluice::testing {

/// A real PostgreSQL server of the test's own: on a free loopback port and a socket, with a
/// superuser `postgres` whom it trusts, and passwords asked of every other user. Ends with the
/// object, and with the test program.
class PostgresServer {
 public:
  /// False where PostgreSQL is not installed: there is nothing to test with.
  static bool Installed();

  /// Starts it and waits until it answers; aborts the test program if it can't be started.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string socket_directory() const { return directory_; }
  /// "postgresql://postgres@127.0.0.1:<port>/<database>"
  [[nodiscard]] std::string Url(const std::string& database = "postgres") const;

  /// Ends it and its connections at once, without writing anything back.
  void Kill();
  /// Starts it again, with what was committed.
  void Start();
  /// Stops and continues all its processes (SIGSTOP, SIGCONT).
  void Pause() const { SignalAll(SIGSTOP); }
  void Resume() const { SignalAll(SIGCONT); }

  /// Runs statements on a connection of its own: the last rows as text, "a|b" per line without a
  /// line end behind the last, NULL as "-", or the error's message.
  std::string Run(const std::string& sql, const std::string& database = "postgres") const;

 private:
  /// False if the process ended by itself.
  bool Launch();
  void SignalAll(int signal) const;

  std::string directory_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace sluice::testing
