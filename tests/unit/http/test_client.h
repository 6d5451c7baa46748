#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace sluice {

struct TestReply {
  int status = 0;  ///< 0: the server closed the connection before a whole response.
  std::string head;
  std::string body;

  /// The header's value, or an empty text.
  [[nodiscard]] std::string Header(std::string_view name) const;
};

/// One TCP connection to a server on this machine, which sends just the bytes that it is told to.
class TestClient {
 public:
  explicit TestClient(int port, const std::string& host = "127.0.0.1");
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// False if there was nobody to connect to.
  [[nodiscard]] bool connected() const { return socket_ >= 0; }

  /// False if the server has closed the connection.
  bool Send(std::string_view bytes) const;

  /// The next response; `to_head` if its request was HEAD. Waits five seconds at most.
  TestReply Receive(bool to_head = false);

  /// What comes up to the end of the next `mark`; empty if it does not come within five seconds.
  std::string ReceiveUntil(std::string_view mark);

  /// Whether the connection ends within `limit`, whatever else comes before.
  bool EndsWithin(std::chrono::milliseconds limit);

  /// Whether the server closes the connection within `limit`, having sent nothing more.
  bool IsClosedWithin(std::chrono::milliseconds limit);

 private:
  bool Fill(std::chrono::milliseconds limit);

  int socket_ = -1;
  bool closed_ = false;
  std::string received_;
};

/// GET over a connection of its own.
TestReply Get(int port, std::string_view target);

}  // namespace sluice
