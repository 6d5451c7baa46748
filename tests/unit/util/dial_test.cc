#include "util/dial.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sluice {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

DialLimits Within(milliseconds time, std::stop_token stop = {}) {
  return {Steady::now() + time, std::move(stop)};
}

/// A port of one loopback address; nothing is accepted from it, the kernel takes connections.
class Listener {
 public:
  explicit Listener(const std::string& host, int backlog = 8) {
    const ServerAddresses at = ResolveHost(host, 0, Within(seconds(5)));
    if (at.addresses.empty()) return;
    const ServerAddress& address = at.addresses[0];
    fd_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address.storage);
    if (bind(fd_, generic, address.size) != 0 || listen(fd_, backlog) != 0) return;
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
    const bool six = bound.ss_family == AF_INET6;
    const void* place = &bound;
    port_ = ntohs(six ? static_cast<const sockaddr_in6*>(place)->sin6_port
                      : static_cast<const sockaddr_in*>(place)->sin_port);
  }
  ~Listener() {
    if (fd_ >= 0) close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  int fd_ = -1;
  int port_ = 0;
};

ServerAddress AddressOf(const std::string& host, int port) {
  ServerAddresses found = ResolveHost(host, port, Within(seconds(5)));
  EXPECT_EQ(found.addresses.size(), 1U) << host << found.problem;
  return found.addresses.empty() ? ServerAddress{} : found.addresses[0];
}

/// The index of the address that took the connection, or the problem.
std::string Outcome(const std::vector<ServerAddress>& addresses, milliseconds time = seconds(5)) {
  const Dialled dialled = Dial(addresses, Within(time));
  if (dialled.fd < 0) return dialled.problem;
  close(dialled.fd);
  return std::to_string(dialled.address);
}

TEST(DialTest, AnAddressThatRefusesIsPassedOver) {
  const Listener server("127.0.0.1");
  for (const char* dead : {"127.0.0.9", "::1", "0.0.0.1", "2001:db8::1"}) {
    EXPECT_EQ(Outcome({AddressOf(dead, server.port()), AddressOf("127.0.0.1", server.port())}), "1")
        << dead;
  }
}

TEST(DialTest, AnIpv6AddressIsReachedBehindADeadIpv4One) {
  const Listener server("::1");
  if (server.port() == 0) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(Outcome({AddressOf("127.0.0.9", server.port()), AddressOf("::1", server.port())}), "1");
}

TEST(DialTest, AnAddressThatSwallowsPacketsHoldsUpNobody) {
  // Linux drops what comes in once the queue of a listener is full.
  const Listener full("127.0.0.1", 0);
  const std::vector<ServerAddress> swallowing(4, AddressOf("127.0.0.1", full.port()));
  const Dialled first = Dial({swallowing.data(), 1}, Within(seconds(5)));
  ASSERT_GE(first.fd, 0);
  ASSERT_EQ(Outcome({swallowing[0]}, milliseconds(200)), "no answer in time");
  const Listener server("127.0.0.1");
  const auto begun = Steady::now();
  EXPECT_EQ(Outcome({swallowing[0], AddressOf("127.0.0.1", server.port())}), "1");
  EXPECT_LT(Steady::now() - begun, seconds(2));
  close(first.fd);
}

TEST(DialTest, WhereNoneTakesTheConnectionEachIsNamed) {
  const int port = Listener("127.0.0.1").port();
  const std::string one = "127.0.0.9:" + std::to_string(port);
  const std::string two = "127.0.0.8:" + std::to_string(port);
  EXPECT_EQ(Outcome({AddressOf("127.0.0.9", port), AddressOf("127.0.0.8", port)}),
            one + ": Connection refused, " + two + ": Connection refused");
  EXPECT_EQ(Outcome({AddressOf("127.0.0.9", port)}), "Connection refused");
}

TEST(DialTest, AStopEndsIt) {
  const Listener full("127.0.0.1", 0);
  const std::vector<ServerAddress> swallowing = {AddressOf("127.0.0.1", full.port())};
  const Dialled first = Dial(swallowing, Within(seconds(5)));
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stop.request_stop();
  });
  const auto begun = Steady::now();
  EXPECT_LT(Dial(swallowing, Within(seconds(20), stop.get_token())).fd, 0);
  EXPECT_LT(Steady::now() - begun, seconds(5));
  close(first.fd);
}

TEST(ResolveHostTest, ANameIsResolvedAndOneThatIsNotThereIsNamed) {
  EXPECT_FALSE(ResolveHost("localhost", 6379, Within(seconds(10))).addresses.empty());
  const ServerAddresses none = ResolveHost("nowhere.invalid", 6379, Within(seconds(20)));
  EXPECT_TRUE(none.addresses.empty());
  EXPECT_NE(none.problem.find("nowhere.invalid"), std::string::npos) << none.problem;
}

TEST(ResolveHostTest, AddressesAreShownAsTheyAreWritten) {
  EXPECT_EQ(AddressOf("::1", 6379).text, "[::1]:6379");
  EXPECT_EQ(AddressOf("127.0.0.1", 6379).text, "127.0.0.1:6379");
}

TEST(ResolveHostTest, ANameServerIsNotWaitedForBeyondTheLimits) {
  std::stop_source stop;
  stop.request_stop();
  const auto begun = Steady::now();
  ResolveHost("nowhere.invalid", 6379, Within(seconds(20), stop.get_token()));
  EXPECT_LT(Steady::now() - begun, seconds(2));
}

TEST(UnixAddressTest, APathThatIsTooLongIsSaid) {
  EXPECT_NE(UnixAddress(std::string(200, 'p')).problem.find("longer than"), std::string::npos);
  EXPECT_EQ(UnixAddress("/tmp/redis.sock").addresses.size(), 1U);
}

}  // namespace
}  // namespace sluice
