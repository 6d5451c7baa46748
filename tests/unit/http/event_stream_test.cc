#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "http/http_server.h"
#include "unit/http/test_client.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr const char* kListen = "GET /events HTTP/1.1\r\nHost: h\r\n\r\n";

/// A server with one stream, whose events are numbers.
class EventStreamTest : public ::testing::Test {
 protected:
  void Start(HttpServerSettings settings) {
    HttpRoutes routes;
    routes.Stream("/events", [this] { return Next(); });
    routes.Get("/hello", [](const HttpRequest&) { return HttpResponse{.body = "hello"}; });
    auto server = HttpServer::Start("127.0.0.1:0", std::move(routes), std::move(settings));
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(server).value();
  }
  static HttpServerSettings Every(int ms) {
    HttpServerSettings settings;
    settings.event_interval = milliseconds(ms);
    return settings;
  }
  std::unique_ptr<TestClient> Connect() const {
    auto client = std::make_unique<TestClient>(server_->port());
    EXPECT_TRUE(client->Send(kListen));
    return client;
  }
  std::string Next() {
    const int number = ++made_;
    if (number == fails_) throw std::runtime_error("no event");
    return std::to_string(number) + std::string(padding_, ' ');
  }

  std::atomic<int> made_{0};
  int fails_ = 0;
  std::size_t padding_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(EventStreamTest, EventsComeOneAfterTheOtherUntilTheConnectionEnds) {
  Start(Every(10));
  const auto client = Connect();
  const TestReply head = client->Receive();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.Header("Cache-Control"), "no-store");
  EXPECT_EQ(head.Header("Connection"), "close");
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(client->ReceiveUntil("\n\n"), "data: " + std::to_string(i) + "\n\n");
  }
}

TEST_F(EventStreamTest, AnEventIsMadeOnceForAllAndNotMoreOftenThanTheInterval) {
  Start(Every(200));
  std::list<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(Connect());
  const auto begun = steady_clock::now();
  for (const auto& client : clients) {
    EXPECT_EQ(client->Receive().status, 200);
    EXPECT_EQ(client->ReceiveUntil("\n\n"), "data: 1\n\n");
    EXPECT_EQ(client->ReceiveUntil("\n\n"), "data: 2\n\n");
  }
  const auto intervals = (steady_clock::now() - begun) / milliseconds(200);
  EXPECT_LE(made_, intervals + 2);
}

TEST_F(EventStreamTest, NoEventIsMadeWhileNobodyListens) {
  Start(Every(10));
  EXPECT_EQ(Get(server_->port(), "/hello").body, "hello");
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(made_, 0);
  {
    const auto client = Connect();
    client->ReceiveUntil("data: 1\n\n");
  }
  const auto until = steady_clock::now() + std::chrono::seconds(5);
  int before = -1;
  while (made_ != before && steady_clock::now() < until) {
    before = made_;
    std::this_thread::sleep_for(milliseconds(200));
  }
  EXPECT_EQ(made_, before) << "the server noticed that the listener has gone";
}

TEST_F(EventStreamTest, OneListenerTooManyIsToldSoAndOthersStay) {
  HttpServerSettings settings = Every(10);
  settings.max_listeners = 2;
  Start(settings);
  const auto first = Connect();
  first->ReceiveUntil("data: 1\n\n");
  auto second = Connect();
  second->ReceiveUntil("data: ");
  const TestReply refused = Connect()->Receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "10");
  EXPECT_THAT(refused.body, HasSubstr("close one of them"));
  second.reset();
  int status = 503;
  for (int i = 0; i < 100 && status == 503; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    status = Connect()->Receive().status;
  }
  EXPECT_EQ(status, 200) << "a place is free again";
  EXPECT_THAT(first->ReceiveUntil("\n\n"), HasSubstr("data: "));
}

TEST_F(EventStreamTest, AListenerThatDoesNotReadMissesEventsAndHoldsUpNobody) {
  padding_ = std::size_t{4} << 20;
  HttpServerSettings settings = Every(5);
  settings.write_timeout = milliseconds(600);
  Start(settings);
  const auto idle = Connect();
  const auto reader = Connect();
  ASSERT_EQ(reader->Receive().status, 200);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(reader->ReceiveUntil("\n\n"), HasSubstr("data: "));
  EXPECT_EQ(Get(server_->port(), "/hello").body, "hello");
  // What its socket still holds may be read; the end of the stream shows that it was closed.
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_TRUE(idle->EndsWithin(std::chrono::seconds(10)));
}

TEST_F(EventStreamTest, AnEventThatCannotBeMadeIsLeftOut) {
  fails_ = 2;
  Start(Every(10));
  const auto client = Connect();
  client->Receive();
  EXPECT_EQ(client->ReceiveUntil("\n\n"), "data: 1\n\n");
  EXPECT_EQ(client->ReceiveUntil("\n\n"), "data: 3\n\n");
}

TEST_F(EventStreamTest, TheTokenIsDemanded) {
  HttpServerSettings settings = Every(10);
  settings.token = "secret";
  Start(settings);
  EXPECT_EQ(Connect()->Receive().status, 401);
  TestClient client(server_->port());
  client.Send("GET /events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer secret\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 200);
}

TEST_F(EventStreamTest, AHeadIsAnsweredWithoutAStream) {
  Start(Every(10));
  TestClient client(server_->port());
  client.Send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
  const TestReply head = client.Receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Type"), "text/event-stream");
  EXPECT_TRUE(client.IsClosedWithin(std::chrono::seconds(5)));
  EXPECT_EQ(made_, 0);
}

TEST_F(EventStreamTest, AStopEndsTheStreamsAtOnce) {
  Start(Every(10));
  const auto client = Connect();
  client->ReceiveUntil("data: 1\n\n");
  const auto begun = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - begun, milliseconds(900)) << "not only after the grace";
  EXPECT_TRUE(client->EndsWithin(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace sluice
