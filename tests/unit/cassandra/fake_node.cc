#include "fake_node.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "cassandra/cql_bytes.h"

namespace sluice::cassandra {
namespace frames {

std::string Response(std::int16_t stream, Opcode opcode, std::string_view body,
                     std::uint8_t flags) {
  std::string frame;
  AppendByte(frame, 0x84);
  AppendByte(frame, flags);
  AppendShort(frame, static_cast<std::uint16_t>(stream));
  AppendByte(frame, static_cast<std::uint8_t>(opcode));
  AppendLongString(frame, body);
  return frame;
}

std::string ErrorOf(std::int16_t stream, ErrorCode code, std::string_view message,
                    std::string_view rest) {
  std::string body;
  AppendInt(body, static_cast<std::int32_t>(code));
  AppendString(body, message);
  body += rest;
  return Response(stream, Opcode::kError, body);
}

namespace {

void AppendColumn(std::string& body, CqlType::Id type) {
  AppendString(body, "ks");
  AppendString(body, "t");
  AppendString(body, "c");
  AppendShort(body, static_cast<std::uint16_t>(type));
}

}  // namespace

std::string Prepared(std::int16_t stream, std::string_view id, CqlType::Id type) {
  std::string body;
  AppendInt(body, 4);
  AppendString(body, id);
  AppendInt(body, 1);  // Parameters: one table for all, one, no keys.
  AppendInt(body, 1);
  AppendInt(body, 0);
  AppendColumn(body, type);
  AppendInt(body, 1);  // Columns.
  AppendInt(body, 1);
  AppendColumn(body, type);
  return Response(stream, Opcode::kResult, body);
}

std::string Void(std::int16_t stream) {
  return Response(stream, Opcode::kResult, std::string_view("\0\0\0\1", 4));
}

std::string Rows(std::int16_t stream, CqlType::Id type, const std::vector<std::string>& values) {
  std::string body;
  AppendInt(body, 2);
  AppendInt(body, 1);
  AppendInt(body, 1);
  AppendColumn(body, type);
  AppendInt(body, static_cast<std::int32_t>(values.size()));
  for (const std::string& value : values) AppendLongString(body, value);
  return Response(stream, Opcode::kResult, body);
}

}  // namespace frames

namespace {

bool ReadAll(int fd, char* into, std::size_t size, const std::atomic<bool>& stop) {
  while (size > 0) {
    pollfd entry{fd, POLLIN, 0};
    if (stop) return false;
    if (poll(&entry, 1, 20) == 0) continue;
    const ssize_t got = recv(fd, into, size, 0);
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::string DefaultAnswer(const NodeRequest& request) {
  switch (request.opcode) {
    case Opcode::kStartup:
      return frames::Response(request.stream, Opcode::kReady, "");
    case Opcode::kOptions:
      return frames::Response(request.stream, Opcode::kSupported, std::string_view("\0\0", 2));
    case Opcode::kPrepare:
      return frames::Prepared(request.stream, "id1", CqlType::Id::kVarchar);
    default:
      return frames::Void(request.stream);
  }
}

}  // namespace

FakeNode::FakeNode(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  listen(listener_, 8);
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

FakeNode::~FakeNode() {
  stop_ = true;
  thread_.join();
  close(listener_);
}

std::vector<NodeRequest> FakeNode::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t FakeNode::Count(Opcode opcode) {
  std::size_t count = 0;
  for (const NodeRequest& request : requests()) count += request.opcode == opcode ? 1 : 0;
  return count;
}

void FakeNode::Serve() {
  while (!stop_) {
    pollfd entry{listener_, POLLIN, 0};
    if (poll(&entry, 1, 20) <= 0) continue;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    Talk(fd);
    close(fd);
  }
}

void FakeNode::Talk(int fd) {
  std::string header(kFrameHeader, '\0');
  while (ReadAll(fd, header.data(), header.size(), stop_)) {
    CqlReader reader(header);
    reader.Take(2);
    NodeRequest request{};
    request.stream = static_cast<std::int16_t>(reader.Short());
    request.opcode = static_cast<Opcode>(reader.Byte());
    request.body.resize(static_cast<std::size_t>(reader.Int()));
    if (!ReadAll(fd, request.body.data(), request.body.size(), stop_)) return;
    const bool last = hang_up_.exchange(false);
    const std::string answer = Answered(request);
    if (!answer.empty() && send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) !=
                               static_cast<ssize_t>(answer.size())) {
      return;
    }
    if (last) return;
  }
}

std::string FakeNode::Answered(const NodeRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  return answer_(request).value_or(DefaultAnswer(request));
}

}  // namespace sluice::cassandra
