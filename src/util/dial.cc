#include "util/dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <vector>

namespace sluice {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kHeadStart{250};
/// How soon a stop is noticed.
constexpr milliseconds kLongestPoll{100};

class Attempts {
 public:
  Attempts(std::span<const ServerAddress> addresses, const DialLimits& limits)
      : addresses_(addresses), limits_(limits) {}
  ~Attempts() {
    for (const pollfd& attempt : attempts_) close(attempt.fd);
  }
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  Dialled Run() {
    while (won_.fd < 0) {
      const bool more = next_ < addresses_.size();
      if (limits_.over()) return Lost();
      if (more && (attempts_.empty() || Clock::now() >= next_at_)) {
        Begin();
      } else if (attempts_.empty()) {
        return Lost();
      } else {
        Await(more);
      }
    }
    return won_;
  }

 private:
  void Begin() {
    const std::size_t index = next_++;
    const ServerAddress& address = addresses_[index];
    const int family = address.storage.ss_family;
    const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return Failed(index, errno);
    const int yes = 1;
    if (family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address.storage);
    const int code = connect(fd, generic, address.size) == 0 ? 0 : errno;
    if (code != 0 && code != EINPROGRESS) {
      close(fd);
      return Failed(index, code);
    }
    attempts_.push_back({fd, POLLOUT, 0});
    indices_.push_back(index);
    next_at_ = Clock::now() + kHeadStart;
  }

  void Await(bool more) {
    const auto until = more ? std::min(next_at_, limits_.deadline) : limits_.deadline;
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    const auto wait = std::clamp(left, milliseconds(0), kLongestPoll);
    if (poll(attempts_.data(), attempts_.size(), static_cast<int>(wait.count())) <= 0) return;
    for (std::size_t i = 0; i < attempts_.size(); ++i) {
      if (attempts_[i].revents == 0) continue;
      // What comes after it is looked at in the next round.
      return Settle(i);
    }
  }

  void Settle(std::size_t i) {
    const int fd = attempts_[i].fd;
    const std::size_t index = indices_[i];
    attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(i));
    indices_.erase(indices_.begin() + static_cast<std::ptrdiff_t>(i));
    int code = 0;
    socklen_t size = sizeof code;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    if (code == 0) {
      won_ = {fd, index, {}};
      return;
    }
    close(fd);
    Failed(index, code);
  }

  void Failed(std::size_t index, int code) {
    Note(index, std::generic_category().message(code));
    next_at_ = Clock::now();
  }

  void Note(std::size_t index, const std::string& what) {
    if (!problems_.empty()) problems_ += ", ";
    if (addresses_.size() > 1) problems_ += addresses_[index].text + ": ";
    problems_ += what;
  }

  Dialled Lost() {
    const bool stopped = limits_.stop.stop_requested();
    for (const std::size_t index : indices_) {
      Note(index, stopped ? "given up, since the process is to stop" : "no answer in time");
    }
    return {-1, 0, problems_.empty() ? "no time to try it" : problems_};
  }

  std::span<const ServerAddress> addresses_;
  const DialLimits& limits_;
  std::vector<pollfd> attempts_;
  std::vector<std::size_t> indices_;  ///< Of the addresses of the attempts.
  std::size_t next_ = 0;
  Clock::time_point next_at_;
  std::string problems_;
  Dialled won_;
};

}  // namespace

Dialled Dial(std::span<const ServerAddress> addresses, const DialLimits& limits) {
  return Attempts(addresses, limits).Run();
}

}  // namespace sluice
