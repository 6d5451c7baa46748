#include "util/server_address.h"

#include <netdb.h>
#include <sys/un.h>

#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace sluice {
namespace {

void Name(const addrinfo& found, ServerAddress& address) {
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  getnameinfo(found.ai_addr, found.ai_addrlen, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  const bool six = found.ai_family == AF_INET6;
  address.host = host;
  address.text = (six ? "[" + address.host + "]" : address.host) + ":" + port;
}

/// `flags` is AI_NUMERICHOST where no name server is to be asked.
ServerAddresses Ask(const std::string& host, int port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  ServerAddresses result;
  if (code != 0) {
    const bool of_system = code == EAI_SYSTEM;
    result.problem = "the name " + host + " can't be resolved: " +
                     (of_system ? std::generic_category().message(errno) : gai_strerror(code));
    return result;
  }
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    ServerAddress& address = result.addresses.emplace_back();
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    Name(*at, address);
  }
  freeaddrinfo(found);
  return result;
}

/// Shared with the thread that asks: it may outlive whoever wanted to know.
struct Question {
  std::mutex mutex;
  std::condition_variable_any answered;
  bool done = false;
  ServerAddresses answer;
};

void AskInThread(const std::shared_ptr<Question>& question, const std::string& host, int port) {
  std::thread([question, host, port] {
    ServerAddresses answer = Ask(host, port, 0);
    const std::lock_guard lock(question->mutex);
    question->answer = std::move(answer);
    question->done = true;
    question->answered.notify_all();
  }).detach();
}

}  // namespace

ServerAddresses ResolveHost(const std::string& host, int port, const DialLimits& limits) {
  ServerAddresses numeric = Ask(host, port, AI_NUMERICHOST);
  if (!numeric.addresses.empty()) return numeric;
  // getaddrinfo has no time-out of its own, and can't be interrupted.
  const auto question = std::make_shared<Question>();
  try {
    AskInThread(question, host, port);
  } catch (const std::system_error& error) {
    return {{}, "the name " + host + " can't be resolved: no thread: " + error.what()};
  }
  std::unique_lock lock(question->mutex);
  const bool done = question->answered.wait_until(lock, limits.stop, limits.deadline,
                                                  [&] { return question->done; });
  if (done) return std::move(question->answer);
  return {{}, "the name " + host + " can't be resolved: no answer in time"};
}

ServerAddresses UnixAddress(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) {
    return {{},
            "the path of the socket is longer than " + std::to_string(sizeof address.sun_path - 1) +
                " bytes"};
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ServerAddress result;
  std::memcpy(&result.storage, &address, sizeof address);
  result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  result.text = path;
  return {{result}, {}};
}

}  // namespace sluice
