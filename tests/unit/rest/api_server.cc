#include "api_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace sluice::testing {
namespace {

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string HeaderOf(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

ApiServer::ApiServer(Handler handler, std::uint16_t port) : handler_(std::move(handler)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 256) != 0) std::abort();
  getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

void ApiServer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    shutdown(listener_, SHUT_RDWR);
    for (const int fd : fds_) shutdown(fd, SHUT_RDWR);
    changed_.notify_all();
  }
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  for (const int fd : fds_) close(fd);
  close(listener_);
}

void ApiServer::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (fd < 0 || stopped_) {
      if (fd >= 0) close(fd);
      return;
    }
    const auto connection = static_cast<int>(fds_.size());
    fds_.push_back(fd);
    threads_.emplace_back([this, fd, connection] { Serve(fd, connection); });
  }
}

void ApiServer::Serve(int fd, int connection) {
  std::string input;
  while (true) {
    std::size_t end = 0;
    while ((end = input.find("\r\n\r\n")) == std::string::npos) {
      char bytes[4096];
      const ssize_t got = recv(fd, bytes, sizeof bytes, 0);
      if (got <= 0) return;
      input.append(bytes, static_cast<std::size_t>(got));
      constexpr char kTlsHandshake = 0x16;
      if (input[0] == kTlsHandshake) {
        shutdown(fd, SHUT_RDWR);
        return;
      }
    }
    const std::string head = input.substr(0, end + 2);
    input.erase(0, end + 4);
    const std::size_t path = head.find(' ') + 1;
    const Request request{head.substr(path, head.find(' ', path) - path),
                          HeaderOf(head, "Authorization"), connection};
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      most_at_once_ = std::max(most_at_once_, ++at_once_);
      answer = handler_(request);
    }
    const bool goes_on = Sleep(answer.delay) && Reply(fd, answer);
    {
      const std::lock_guard lock(mutex_);
      --at_once_;
    }
    if (!goes_on) break;
  }
  shutdown(fd, SHUT_RDWR);
}

bool ApiServer::Reply(int fd, const Answer& answer) {
  using End = Answer::End;
  constexpr std::chrono::hours kEver{1};
  if (answer.end == End::kClose) return false;
  if (answer.end == End::kHang) return Sleep(kEver);
  std::string text = "HTTP/1.1 " + std::to_string(answer.status);
  text += " Status\r\nContent-Length: " + std::to_string(answer.body.size());
  text += "\r\n" + answer.headers + "\r\n";
  const bool whole = answer.end == End::kWhole;
  text += whole ? answer.body : answer.body.substr(0, answer.body.size() / 2);
  if (!SendAll(fd, text)) return false;
  return whole || (answer.end == End::kStall && Sleep(kEver));
}

bool ApiServer::Sleep(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopped_; });
}

std::vector<ApiServer::Request> ApiServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int ApiServer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(fds_.size());
}

int ApiServer::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

}  // namespace sluice::testing
