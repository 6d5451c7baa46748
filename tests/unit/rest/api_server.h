#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {

/// An HTTP/1.1 server on the loopback that answers as a test wants it, one thread a connection.
class ApiServer {
 public:
  struct Request {
    std::string path;  ///< As it came, with the query.
    std::string authorization;
    int connection = 0;  ///< The first one is 0.
  };
  struct Answer {
    enum class End : std::uint8_t {
      kWhole,
      kCut,    ///< The connection is closed after half of the body.
      kStall,  ///< Nothing follows half of the body.
      kHang,   ///< No byte is sent.
      kClose,  ///< The connection is closed without an answer.
    };
    int status = 200;
    std::string body;
    std::string headers = {};  ///< Further ones, each with its line end.
    std::chrono::milliseconds delay{0};
    End end = End::kWhole;
  };
  using Handler = std::function<Answer(const Request&)>;

  /// `handler` is called by several threads, one at a time. Port 0: any that is free.
  explicit ApiServer(Handler handler, std::uint16_t port = 0);
  ~ApiServer() { Stop(); }
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  /// Closes all connections; new ones are refused.
  void Stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::vector<Request> requests() const;
  [[nodiscard]] int connections() const;
  /// Most requests that were in work at a time.
  [[nodiscard]] int most_at_once() const;

 private:
  void Accept();
  void Serve(int fd, int connection);
  bool Reply(int fd, const Answer& answer);
  bool Sleep(std::chrono::milliseconds time);

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> requests_;
  std::vector<int> fds_;
  std::vector<std::thread> threads_;
  int at_once_ = 0;
  int most_at_once_ = 0;
  bool stopped_ = false;
  std::thread acceptor_;
};

}  // namespace sluice::testing
