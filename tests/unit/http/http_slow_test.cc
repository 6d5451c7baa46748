#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "http/http_server.h"
#include "unit/http/test_client.h"

namespace sluice {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kGet = "GET /livez HTTP/1.1\r\n\r\n";
constexpr std::size_t kLarge = 64U << 20U;

HttpRoutes SlowRoutes() {
  HttpRoutes routes;
  routes.Get("/livez", [](const HttpRequest&) { return HttpResponse{}; });
  routes.Get("/large", [](const HttpRequest&) {
    return HttpResponse{200, "text/plain", std::string(kLarge, 'a'), {}};
  });
  return routes;
}

std::unique_ptr<HttpServer> StartSlowTestServer(const HttpServerSettings& settings,
                                                HttpRoutes routes = SlowRoutes()) {
  auto server = HttpServer::Start("127.0.0.1:0", std::move(routes), settings);
  EXPECT_TRUE(server.ok()) << server.error().message;
  return std::move(server).value();
}

milliseconds Since(Clock::time_point begun) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
}

/// Asks for /livez, which has to be answered within a second.
void ExpectAlive(int port) {
  const auto begun = Clock::now();
  EXPECT_EQ(Get(port, "/livez").status, 200);
  EXPECT_LT(Since(begun), seconds(1));
}

/// Clients of which every second one says nothing, and the others have begun a request.
std::list<TestClient> SlowClients(int port, int number) {
  std::list<TestClient> clients;
  for (int i = 0; i < number; ++i) {
    clients.emplace_back(port);
    EXPECT_TRUE(clients.back().connected());
    if (i % 2 == 0) clients.back().Send("G");
  }
  return clients;
}

class SlowClientsTest : public testing::TestWithParam<int> {};

TEST_P(SlowClientsTest, OthersAreAnsweredAtOnce) {
  const auto server = StartSlowTestServer({});
  const auto clients = SlowClients(server->port(), GetParam());
  for (const char next : {'E', 'T', ' '}) {
    ExpectAlive(server->port());
    int sender = 0;
    for (const TestClient& client : clients) {
      if (sender++ % 2 == 0) client.Send({&next, 1});
    }
    std::this_thread::sleep_for(milliseconds(100));
  }
  ExpectAlive(server->port());
}

// The last is more than the server keeps connections.
INSTANTIATE_TEST_SUITE_P(Numbers, SlowClientsTest, testing::Values(4, 200, 300));

TEST(HttpSlowTest, TheConnectionThatWaitsLongestMakesRoomForANewOne) {
  HttpServerSettings settings;
  settings.max_connections = 3;
  const auto server = StartSlowTestServer(settings);
  TestClient first(server->port());
  first.Send(kGet);
  ASSERT_EQ(first.Receive().status, 200);
  TestClient second(server->port());
  TestClient third(server->port());
  first.Send(kGet);
  ASSERT_EQ(first.Receive().status, 200);
  ExpectAlive(server->port());
  EXPECT_TRUE(second.IsClosedWithin(seconds(2)));
  first.Send(kGet);
  EXPECT_EQ(first.Receive().status, 200);
}

TEST(HttpSlowTest, ARequestThatTricklesIsCutOffAtTheDeadlineOfTheWhole) {
  HttpServerSettings settings;
  settings.request_timeout = milliseconds(500);
  const auto server = StartSlowTestServer(settings);
  TestClient client(server->port());
  const auto begun = Clock::now();
  bool open = client.Send("G");
  for (int i = 0; open && i < 100; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    open = client.Send("E");
  }
  EXPECT_FALSE(open);
  EXPECT_GE(Since(begun), milliseconds(450));
  EXPECT_LT(Since(begun), seconds(2));
}

TEST(HttpSlowTest, AnIdleConnectionIsClosedAtItsTimeOut) {
  HttpServerSettings settings;
  settings.idle_timeout = milliseconds(300);
  settings.request_timeout = seconds(60);
  const auto server = StartSlowTestServer(settings);
  TestClient silent(server->port());
  TestClient kept(server->port());
  const auto begun = Clock::now();
  kept.Send(kGet);
  EXPECT_EQ(kept.Receive().status, 200);
  EXPECT_TRUE(silent.IsClosedWithin(seconds(3)));
  EXPECT_TRUE(kept.IsClosedWithin(seconds(3)));
  EXPECT_GE(Since(begun), milliseconds(250));
}

TEST(HttpSlowTest, AClientThatDoesNotReadIsCutOffAtTheDeadlineOfTheResponse) {
  HttpServerSettings settings;
  settings.write_timeout = milliseconds(500);
  const auto server = StartSlowTestServer(settings);
  TestClient client(server->port());
  client.Send("GET /large HTTP/1.1\r\n\r\n");
  std::this_thread::sleep_for(seconds(1));
  ExpectAlive(server->port());
  EXPECT_EQ(client.Receive().status, 0);
}

TEST(HttpSlowTest, AClientThatReadsGetsALargeResponseWhole) {
  const auto server = StartSlowTestServer({});
  TestClient client(server->port());
  client.Send("GET /large HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Receive().body.size(), kLarge);
}

/// Holds handlers back until it is opened.
class Gate {
 public:
  HttpRoutes RoutesBehind() {
    HttpRoutes routes = SlowRoutes();
    routes.Get("/held", [this](const HttpRequest&) {
      ++entered_;
      open_.wait(false);
      return HttpResponse{};
    });
    return routes;
  }

  void AwaitHandler() const {
    while (entered_ == 0) std::this_thread::sleep_for(milliseconds(1));
  }

  void Open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  std::atomic<int> entered_{0};
  std::atomic<bool> open_{false};
};

TEST(HttpSlowTest, ASlowHandlerIs500AndHoldsUpNobody) {
  Gate gate;
  HttpServerSettings settings;
  settings.handler_timeout = milliseconds(300);
  const auto server = StartSlowTestServer(settings, gate.RoutesBehind());
  TestClient client(server->port());
  client.Send("GET /held HTTP/1.1\r\n\r\nGET /livez HTTP/1.1\r\n\r\n");
  gate.AwaitHandler();
  ExpectAlive(server->port());
  EXPECT_EQ(client.Receive().status, 500);
  EXPECT_TRUE(client.IsClosedWithin(seconds(2)));
  gate.Open();
  ExpectAlive(server->port());
}

TEST(HttpSlowTest, StopDoesNotWaitForSlowClients) {
  const auto server = StartSlowTestServer({});
  const auto clients = SlowClients(server->port(), 50);
  TestClient unread(server->port());
  unread.Send("GET /large HTTP/1.1\r\n\r\n");
  ExpectAlive(server->port());
  const auto begun = Clock::now();
  server->Stop();
  EXPECT_LT(Since(begun), seconds(3));
}

TEST(HttpSlowTest, StopLetsARequestInHandEnd) {
  Gate gate;
  const auto server = StartSlowTestServer({}, gate.RoutesBehind());
  TestClient client(server->port());
  client.Send("GET /held HTTP/1.1\r\n\r\n");
  gate.AwaitHandler();
  std::jthread opener([&gate] {
    std::this_thread::sleep_for(milliseconds(200));
    gate.Open();
  });
  server->Stop();
  const TestReply reply = client.Receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Connection"), "close");
}

TEST(HttpSlowTest, StopWaitsForAHandlerThatOutlastsItsConnection) {
  Gate gate;
  const auto server = StartSlowTestServer({}, gate.RoutesBehind());
  TestClient client(server->port());
  client.Send("GET /held HTTP/1.1\r\n\r\n");
  gate.AwaitHandler();
  std::atomic<bool> opened{false};
  std::jthread opener([&] {
    EXPECT_TRUE(client.IsClosedWithin(seconds(5)));
    opened = true;
    gate.Open();
  });
  server->Stop();
  EXPECT_TRUE(opened);
}

TEST(HttpSlowTest, AResponseThatCannotBeWrittenEndsItsConnectionOnly) {
  HttpServerSettings settings;
  settings.handler_timeout = milliseconds(200);
  HttpRoutes routes = SlowRoutes();
  routes.Get("/no-status", [](const HttpRequest&) { return HttpResponse{1000, "", "", {}}; });
  const auto server = StartSlowTestServer(settings, std::move(routes));
  TestClient client(server->port());
  client.Send("GET /no-status HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(client.IsClosedWithin(seconds(3)));
  ExpectAlive(server->port());
}

}  // namespace
}  // namespace sluice
