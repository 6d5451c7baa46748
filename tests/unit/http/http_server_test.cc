#include "http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/http/test_client.h"

namespace sluice {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

HttpRoutes Routes() {
  HttpRoutes routes;
  routes.Get("/hello", [](const HttpRequest&) {
    return HttpResponse{201, "text/greeting", "hello", {{"X-More", "yes"}}};
  });
  routes.Get("/echo", [](const HttpRequest& request) {
    return HttpResponse{200,
                        "text/plain",
                        request.method + " " + request.path + " " + request.query + " " +
                            std::string(request.Header("x-sent")),
                        {}};
  });
  routes.Get("/throw", [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); });
  return routes;
}

std::unique_ptr<HttpServer> StartServer(HttpServerSettings settings = {}) {
  auto server = HttpServer::Start("127.0.0.1:0", Routes(), std::move(settings));
  EXPECT_TRUE(server.ok()) << server.error().message;
  return std::move(server).value();
}

TEST(HttpServerTest, AHandlersResponseIsSentAsItIs) {
  const auto server = StartServer();
  const TestReply reply = Get(server->port(), "/hello");
  EXPECT_EQ(reply.status, 201);
  EXPECT_THAT(reply.head, StartsWith("HTTP/1.1 201 Created\r\n"));
  EXPECT_EQ(reply.Header("Content-Type"), "text/greeting");
  EXPECT_EQ(reply.Header("Content-Length"), "5");
  EXPECT_EQ(reply.Header("X-More"), "yes");
  EXPECT_EQ(reply.body, "hello");
}

TEST(HttpServerTest, AHandlerSeesMethodPathQueryAndHeaders) {
  const auto server = StartServer();
  TestClient client(server->port());
  client.Send("GET /echo?a=1&b=%20 HTTP/1.1\r\nHost: h\r\nX-Sent:  some text \r\n\r\n");
  EXPECT_EQ(client.Receive().body, "GET /echo a=1&b=%20 some text");
}

TEST(HttpServerTest, AHeadGetsTheHeadersOfTheGetAndNoBody) {
  const auto server = StartServer();
  TestClient client(server->port());
  client.Send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\nGET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  const TestReply reply = client.Receive(true);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.Header("Content-Length"), "5");
  EXPECT_EQ(client.Receive().body, "GET /echo  ");
}

TEST(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = StartServer();
  TestClient client(server->port());
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += "GET /echo?" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  client.Send(requests);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(client.Receive().body, "GET /echo " + std::to_string(i) + " ");
  }
}

TEST(HttpServerTest, AConnectionIsKeptUnlessTheClientOrItsVersionSaysOtherwise) {
  const auto server = StartServer();
  const std::vector<std::pair<std::string, bool>> cases = {
      {"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n", true},
      {"GET /hello HTTP/1.1\r\n\r\n", true},
      {"GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n", false},
      {"GET /hello HTTP/1.0\r\n\r\n", false},
      {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}};
  for (const auto& [request, kept] : cases) {
    TestClient client(server->port());
    client.Send(request);
    EXPECT_EQ(client.Receive().status, 201) << request;
    if (kept) {
      client.Send(request);
      EXPECT_EQ(client.Receive().status, 201) << request;
    } else {
      EXPECT_TRUE(client.IsClosedWithin(std::chrono::seconds(2))) << request;
    }
  }
}

TEST(HttpServerTest, WhatIsNotHttpIs400AndClosed) {
  const auto server = StartServer();
  for (const char* request :
       {"nonsense\r\n\r\n", "GET /hello\r\n\r\n", "GET /hello HTTP/2.0\r\n\r\n",
        "GET /hello HTTP/1.1\r\nNo colon\r\n\r\n", "GET /hel lo HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET /hello HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    TestClient client(server->port());
    client.Send(request);
    const TestReply reply = client.Receive();
    EXPECT_EQ(reply.status, 400) << request;
    EXPECT_EQ(reply.body, "{\"error\":\"malformed request\"}\n");
    EXPECT_TRUE(client.IsClosedWithin(std::chrono::seconds(2))) << request;
  }
}

TEST(HttpServerTest, ABadRequestAfterAHeadGetsABody) {
  const auto server = StartServer();
  TestClient client(server->port());
  client.Send("HEAD /hello HTTP/1.1\r\n\r\nnonsense\r\n\r\n");
  EXPECT_EQ(client.Receive(true).status, 201);
  const TestReply reply = client.Receive();
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body, "");
}

TEST(HttpServerTest, AHeadUpToTheLimitIsReadAndALargerOneIs431) {
  const auto server = StartServer();
  const std::string start = "GET /hello HTTP/1.1\r\nX-Large: ";
  TestClient fits(server->port());
  fits.Send(start + std::string(16'000, 'a') + "\r\n\r\n");
  EXPECT_EQ(fits.Receive().status, 201);
  for (const std::size_t size : {17'000U, 1'000'000U}) {
    TestClient client(server->port());
    client.Send(start + std::string(size, 'a') + "\r\n\r\n");
    EXPECT_EQ(client.Receive().status, 431) << size;
  }
  TestClient endless(server->port());
  endless.Send("GET /" + std::string(20'000, 'a'));
  EXPECT_EQ(endless.Receive().status, 431);
}

TEST(HttpServerTest, ARequestWithABodyIsRefusedAndTheRestOfItIsNoRequest) {
  const auto server = StartServer();
  const std::string body = "GET /hello HTTP/1.1\r\n\r\n";
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const std::vector<std::pair<std::string, int>> cases = {
      {"GET /hello HTTP/1.1\r\n" + length + body, 413},
      {"GET /hello HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413},
      {"GET /hello HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 413},
      {"POST /hello HTTP/1.1\r\n" + length + body, 405},
      {"POST /nothing HTTP/1.1\r\n" + length + body, 404}};
  for (const auto& [request, status] : cases) {
    TestClient client(server->port());
    client.Send(request);
    EXPECT_EQ(client.Receive().status, status) << request;
    EXPECT_TRUE(client.IsClosedWithin(std::chrono::seconds(2))) << request;
  }
}

TEST(HttpServerTest, AClientThatGoesOnSendingARefusedBodyIsNotResetAtOnce) {
  const auto server = StartServer();
  TestClient client(server->port());
  client.Send("POST /hello HTTP/1.1\r\nContent-Length: 200000\r\n\r\n");
  const TestReply reply = client.Receive();
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.Header("Allow"), "GET, HEAD");
  EXPECT_EQ(reply.Header("Connection"), "close");
  for (int i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_TRUE(client.Send(std::string(1000, 'a')));
  }
}

TEST(HttpServerTest, ARefusalWithoutABodyKeepsTheConnection) {
  const auto server = StartServer();
  TestClient client(server->port());
  client.Send("POST /hello HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 405);
  client.Send("GET /nothing HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 404);
  client.Send("GET /hello HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 201);
}

TEST(HttpServerTest, AHandlerThatThrowsIsA500AndTheServerGoesOn) {
  const auto server = StartServer();
  EXPECT_EQ(Get(server->port(), "/throw").status, 500);
  EXPECT_EQ(Get(server->port(), "/hello").status, 201);
}

TEST(HttpServerTest, TheTokenIsDemanded) {
  HttpServerSettings settings;
  settings.token = "abc";
  const auto server = StartServer(settings);
  const TestReply refused = Get(server->port(), "/hello");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.Header("WWW-Authenticate"), "Bearer");
  TestClient client(server->port());
  client.Send("GET /hello HTTP/1.1\r\nAuthorization: Bearer abc\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 201);
}

TEST(HttpServerTest, APortInUseIsSaidWithWhatToDo) {
  const auto server = StartServer();
  const std::string listen = "127.0.0.1:" + std::to_string(server->port());
  const auto second = HttpServer::Start(listen, Routes());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(second.error().message, "admin server: can't listen on " + listen +
                                        ": address already in use; change admin.listen or end "
                                        "the other process");
}

TEST(HttpServerTest, AHostThatIsNotOursIsRefused) {
  const auto server = HttpServer::Start("192.0.2.1:0", Routes());  // TEST-NET-1, RFC 5737
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_THAT(server.error().message, StartsWith("admin server: can't listen on 192.0.2.1:0: "));
  EXPECT_THAT(server.error().message, HasSubstr("; change admin.listen"));
}

TEST(HttpServerTest, WhatIsNotHostAndPortIsAProblemOfTheConfiguration) {
  const auto server = HttpServer::Start("8080", Routes());
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(server.error().message,
            "admin.listen: \"8080\" is not host:port; write 127.0.0.1:8080, say");
}

/// Whether the page is answered at that address of this machine.
bool Answers(int port, const std::string& host) {
  TestClient client(port, host);
  return client.connected() && client.Send("GET /hello HTTP/1.1\r\n\r\n") &&
         client.Receive().status == 201;
}

TEST(HttpServerTest, AnIpv6AddressIsListenedOn) {
  const auto six = HttpServer::Start("[::1]:0", Routes());
  if (!six.ok()) GTEST_SKIP() << "no IPv6 here: " << six.error().message;
  EXPECT_TRUE(Answers(six.value()->port(), "::1"));
  EXPECT_FALSE(Answers(six.value()->port(), "127.0.0.1"));
}

TEST(HttpServerTest, EveryAddressIsListenedOnWhereNoneIsNamed) {
  const bool has_six = HttpServer::Start("[::1]:0", Routes()).ok();
  for (const char* listen : {"*:0", ":0"}) {
    const auto server = HttpServer::Start(listen, Routes());
    ASSERT_TRUE(server.ok()) << server.error().message;
    EXPECT_TRUE(Answers(server.value()->port(), "127.0.0.1")) << listen;
    EXPECT_TRUE(Answers(server.value()->port(), "127.0.0.2")) << listen;
    EXPECT_EQ(Answers(server.value()->port(), "::1"), has_six) << listen;
  }
}

TEST(HttpServerTest, ANameIsListenedOnAtEachOfItsAddresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  ASSERT_EQ(getaddrinfo("localhost", nullptr, &hints, &found), 0);
  const auto server = HttpServer::Start("localhost:0", Routes());
  ASSERT_TRUE(server.ok()) << server.error().message;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    std::array<char, NI_MAXHOST> host{};
    getnameinfo(at->ai_addr, at->ai_addrlen, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST);
    if (HttpServer::Start(at->ai_family == AF_INET6 ? "[::1]:0" : "127.0.0.1:0", Routes()).ok()) {
      EXPECT_TRUE(Answers(server.value()->port(), host.data())) << host.data();
    }
  }
  freeaddrinfo(found);
}

TEST(HttpServerTest, StopClosesThePortAndMayBeCalledTwice) {
  const auto server = StartServer();
  const int port = server->port();
  TestClient kept(port);
  kept.Send("GET /hello HTTP/1.1\r\n\r\n");
  ASSERT_EQ(kept.Receive().status, 201);
  server->Stop();
  server->Stop();
  EXPECT_FALSE(TestClient(port).connected());
  EXPECT_TRUE(kept.IsClosedWithin(std::chrono::seconds(2)));
  EXPECT_TRUE(HttpServer::Start("127.0.0.1:" + std::to_string(port), Routes()).ok());
}

TEST(HttpServerTest, AServerStoppedAtOnceEnds) {
  for (int i = 0; i < 20; ++i) StartServer()->Stop();
}

TEST(HttpServerTest, ClientsAtTheSameTimeAllGetAReply) {
  const auto server = StartServer();
  std::vector<int> statuses(16);
  {
    std::vector<std::jthread> clients;
    clients.reserve(statuses.size());
    for (int& status : statuses) {
      clients.emplace_back([&] { status = Get(server->port(), "/hello").status; });
    }
  }
  EXPECT_EQ(statuses, std::vector<int>(16, 201));
}

}  // namespace
}  // namespace sluice
