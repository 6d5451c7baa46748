#include "support/redis_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "redis/resp_reader.h"
#include "redis/resp_writer.h"

namespace sluice::testing {
namespace {

sockaddr_in OnLoopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ReadToken(int fd, RespReader& reader, RespToken& token) {
  for (;;) {
    const RespReader::Outcome outcome = reader.Next(token);
    if (outcome == RespReader::Outcome::kToken) return true;
    if (outcome == RespReader::Outcome::kMalformed) return false;
    const auto space = reader.Space(4096);
    const ssize_t size = recv(fd, space.data(), space.size(), 0);
    if (size <= 0) return false;
    reader.Filled(static_cast<std::size_t>(size));
  }
}

bool ReadCommand(int fd, RespReader& reader, RedisProxy::Command& command) {
  RespToken token;
  if (!ReadToken(fd, reader, token) || token.type != RespToken::Type::kArray) return false;
  command.clear();
  for (std::int64_t left = token.number; left > 0; --left) {
    RespToken argument;
    if (!ReadToken(fd, reader, argument)) return false;
    command.emplace_back(argument.text);
  }
  return true;
}

/// Reads one reply that is no array, and gives its RESP text.
std::optional<std::string> ReadReply(int fd, RespReader& reader) {
  RespToken token;
  if (!ReadToken(fd, reader, token)) return std::nullopt;
  std::string text(token.text);
  switch (token.type) {
    case RespToken::Type::kSimple:
      return "+" + text + "\r\n";
    case RespToken::Type::kError:
      return "-" + text + "\r\n";
    case RespToken::Type::kInteger:
      return ":" + std::to_string(token.number) + "\r\n";
    case RespToken::Type::kNil:
      return "$-1\r\n";
    default:
      return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }
}

}  // namespace

RedisProxy::RedisProxy(int server_port, Hook hook)
    : server_port_(server_port), hook_(std::move(hook)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = OnLoopback(0);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  static_cast<void>(bind(listener_, generic, size));
  getsockname(listener_, generic, &size);
  listen(listener_, 8);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { Serve(); });
}

RedisProxy::~RedisProxy() {
  shutdown(listener_, SHUT_RDWR);  // Wakes accept; clients are gone by now.
  thread_.join();
  close(listener_);
}

void RedisProxy::Serve() {
  for (;;) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    ServeClient(client);
    close(client);
  }
}

void RedisProxy::ServeClient(int client) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = OnLoopback(server_port_);
  static_cast<void>(connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  RespReader requests;
  RespReader replies;
  Command command;
  while (ReadCommand(client, requests, command)) {
    std::optional<std::string> reply = hook_(command);
    if (!reply) {
      std::string bytes;
      AppendRespArray(bytes, command.size());
      for (const std::string& argument : command) AppendRespBulk(bytes, argument);
      if (!SendAll(server, bytes)) break;
      reply = ReadReply(server, replies);
    }
    if (!reply || !SendAll(client, *reply)) break;
  }
  close(server);
}

}  // namespace sluice::testing
