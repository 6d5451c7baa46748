#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cassandra/cassandra_settings.h"
#include "cassandra/cql_frame.h"
#include "cassandra/cql_response.h"

namespace sluice::cassandra {

/// A request as the node got it.
struct NodeRequest {
  Opcode opcode;
  std::int16_t stream;
  std::string body;
};

/// Response frames, for a node's answers and for tests of the readers.
namespace frames {

std::string Response(std::int16_t stream, Opcode opcode, std::string_view body,
                     std::uint8_t flags = 0);
std::string ErrorOf(std::int16_t stream, ErrorCode code, std::string_view message,
                    std::string_view rest = {});
/// One parameter and one column of a type without parts.
std::string Prepared(std::int16_t stream, std::string_view id, CqlType::Id type);
std::string Void(std::int16_t stream);
/// One column; each value is the content of a [bytes].
std::string Rows(std::int16_t stream, CqlType::Id type, const std::vector<std::string>& values);

}  // namespace frames

/// A node on a loopback port that answers as it is told; a connection at a time. It takes STARTUP,
/// OPTIONS and PREPARE by itself where the answer to a request is nullopt.
class FakeNode {
 public:
  /// The bytes that are sent in answer; "" for none.
  using Answer = std::function<std::optional<std::string>(const NodeRequest&)>;

  explicit FakeNode(Answer answer = [](const NodeRequest&) { return std::nullopt; });
  ~FakeNode();
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;

  [[nodiscard]] ContactPoint point() const { return {"127.0.0.1", port_}; }
  /// Requests so far.
  [[nodiscard]] std::vector<NodeRequest> requests();
  [[nodiscard]] std::size_t Count(Opcode opcode);
  [[nodiscard]] int connections() const { return connections_; }
  /// Closes the connection once the next request is answered.
  void HangUp() { hang_up_ = true; }

 private:
  void Serve();
  void Talk(int fd);
  std::string Answered(const NodeRequest& request);

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<NodeRequest> requests_;
  std::atomic<int> connections_{0};
  std::atomic<bool> hang_up_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace sluice::cassandra
