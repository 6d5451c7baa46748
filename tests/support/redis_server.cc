#include "support/redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "redis/resp_reader.h"
#include "redis/resp_writer.h"

namespace sluice::testing {
namespace {

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "redis_server: %s\n", what.c_str());
  std::abort();
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// A blocking connection, closed at the end of its scope.
class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = Loopback(port);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    connected_ = connect(fd_, generic, sizeof address) == 0;
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  std::optional<std::string> ReadReply() {
    RespToken token;
    if (!ReadToken(token)) return std::nullopt;
    if (token.type == RespToken::Type::kNil) return "(nil)";
    if (token.type == RespToken::Type::kInteger) return std::to_string(token.number);
    if (token.type != RespToken::Type::kArray) return std::string(token.text);
    std::string lines;
    for (std::int64_t left = token.number; left > 0; --left) {
      const auto element = ReadReply();
      if (!element) return std::nullopt;
      lines += *element + "\n";
    }
    return lines;
  }

 private:
  bool ReadToken(RespToken& token) {
    for (;;) {
      const RespReader::Outcome outcome = reader_.Next(token);
      if (outcome == RespReader::Outcome::kToken) return true;
      if (outcome == RespReader::Outcome::kMalformed) return false;
      const auto space = reader_.Space(4096);
      const ssize_t size = recv(fd_, space.data(), space.size(), 0);
      if (size <= 0) return false;
      reader_.Filled(static_cast<std::size_t>(size));
    }
  }

  int fd_;
  bool connected_ = false;
  RespReader reader_;
};

pid_t Spawn(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  // Only calls that are safe between fork and exec.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  execvp(argv[0], argv.data());
  _exit(127);
}

}  // namespace

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (bind(fd, generic, size) != 0 || getsockname(fd, generic, &size) != 0) Die("no free port");
  close(fd);
  return ntohs(address.sin_port);
}

RedisServer::RedisServer(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {
  std::string name = (std::filesystem::temp_directory_path() / "sluice-redis-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) Die("no temporary directory");
  directory_ = name;
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = FreePort();
    if (Launch(Until::kLoaded)) return;
  }
  Die("redis-server ended (is it installed, and are its arguments right?); see " + directory_);
}

RedisServer::~RedisServer() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string RedisServer::Url(int db) const {
  return "redis://127.0.0.1:" + std::to_string(port_) + "/" + std::to_string(db);
}

void RedisServer::Start(Until until) {
  if (!Launch(until)) Die("redis-server ended on port " + std::to_string(port_));
}

bool RedisServer::Launch(Until until) {
  Kill();
  std::vector<std::string> command = {"redis-server",
                                      "--bind",
                                      "127.0.0.1",
                                      "--port",
                                      std::to_string(port_),
                                      "--unixsocket",
                                      socket_path(),
                                      "--dir",
                                      directory_,
                                      "--save",
                                      "",
                                      "--logfile",
                                      directory_ + "/log"};
  command.insert(command.end(), arguments_.begin(), arguments_.end());
  pid_ = Spawn(command);
  for (int attempt = 0; attempt < 4000; ++attempt) {
    // A server that asks for a password answers too.
    const auto answer = TryCommand({"PING"}, 0);
    if (answer && (until == Until::kAnswering || !answer->starts_with("LOADING"))) return true;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Die("redis-server doesn't answer");
}

void RedisServer::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Pause() const { kill(pid_, SIGSTOP); }
void RedisServer::Resume() const { kill(pid_, SIGCONT); }

std::string RedisServer::Command(const std::vector<std::string>& arguments, int db) const {
  return TryCommand(arguments, db).value_or("(no answer)");
}

std::optional<std::string> RedisServer::TryCommand(const std::vector<std::string>& arguments,
                                                   int db) const {
  Client client(port_);
  if (!client.connected()) return std::nullopt;
  std::string bytes;
  AppendRespCommand(bytes, {"SELECT", std::to_string(db)});
  AppendRespArray(bytes, arguments.size());
  for (const std::string& argument : arguments) AppendRespBulk(bytes, argument);
  if (!client.Send(bytes) || !client.ReadReply()) return std::nullopt;
  return client.ReadReply();
}

}  // namespace sluice::testing
