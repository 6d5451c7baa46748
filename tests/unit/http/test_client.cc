#include "unit/http/test_client.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace sluice {
namespace {

constexpr std::chrono::milliseconds kPatience{5'000};

}  // namespace

std::string TestReply::Header(std::string_view name) const {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const auto at = head.find(start);
  if (at == std::string::npos) return {};
  const auto value = at + start.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

TestClient::TestClient(int port, const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return;
  socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(socket_, found->ai_addr, found->ai_addrlen) != 0) {
    close(socket_);
    socket_ = -1;
  }
  freeaddrinfo(found);
}

TestClient::~TestClient() {
  if (socket_ >= 0) close(socket_);
}

bool TestClient::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TestClient::Fill(std::chrono::milliseconds limit) {
  pollfd poller{socket_, POLLIN, 0};
  if (socket_ < 0 || poll(&poller, 1, static_cast<int>(limit.count())) != 1) return false;
  std::array<char, 16384> part{};
  const ssize_t size = recv(socket_, part.data(), part.size(), 0);
  closed_ = size <= 0;
  if (size > 0) received_.append(part.data(), static_cast<std::size_t>(size));
  return size > 0;
}

TestReply TestClient::Receive(bool to_head) {
  auto end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!Fill(kPatience)) return {};
    end = received_.find("\r\n\r\n");
  }
  TestReply reply;
  reply.head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  const std::size_t length =
      to_head ? 0 : std::strtoul(reply.Header("Content-Length").c_str(), nullptr, 10);
  while (received_.size() < length) {
    if (!Fill(kPatience)) return {};
  }
  reply.body = received_.substr(0, length);
  received_.erase(0, length);
  reply.status = std::atoi(reply.head.substr(reply.head.find(' ') + 1, 3).c_str());
  return reply;
}

std::string TestClient::ReceiveUntil(std::string_view mark) {
  std::size_t at = received_.find(mark);
  while (at == std::string::npos) {
    const std::size_t searched =
        received_.size() < mark.size() ? 0 : received_.size() - mark.size();
    if (!Fill(kPatience)) return {};
    at = received_.find(mark, searched);
  }
  std::string text = received_.substr(0, at + mark.size());
  received_.erase(0, text.size());
  return text;
}

bool TestClient::EndsWithin(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!closed_ && std::chrono::steady_clock::now() < until) {
    Fill(std::chrono::milliseconds(100));
    received_.clear();
  }
  return closed_;
}

bool TestClient::IsClosedWithin(std::chrono::milliseconds limit) {
  return received_.empty() && !Fill(limit) && closed_;
}

TestReply Get(int port, std::string_view target) {
  TestClient client(port);
  if (!client.Send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n")) return {};
  return client.Receive();
}

}  // namespace sluice
